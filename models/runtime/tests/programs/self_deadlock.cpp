// A thread locks what it holds.
// expect: fail lock-misuse
// message: locks again
#include <mutex>

std::mutex mutex;

int main() {
  mutex.lock();
  mutex.lock();  // HERE
}
