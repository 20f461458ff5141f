// A loop of try-locks waits like any other.
// expect: pass complete
#include <mutex>
#include <thread>

std::mutex mutex;

int main() {
  const auto user = [] {
    while (!mutex.try_lock()) std::this_thread::yield();
    mutex.unlock();
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}
