// Two locks in two orders.
// expect: fail deadlock
// message: lock of mutex (first|second)
#include <mutex>
#include <thread>

std::mutex first, second;

int main() {
  std::thread thread([] {
    std::lock_guard outer(first);
    std::lock_guard inner(second);
  });
  {
    std::lock_guard outer(second);
    std::lock_guard inner(first);
  }
  thread.join();
}
