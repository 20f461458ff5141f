// Two increments without a lock.
// expect: fail data-race
#include <thread>

int counter;

int main() {
  std::thread thread([] { ++counter; });
  ++counter;  // HERE
  thread.join();
}
