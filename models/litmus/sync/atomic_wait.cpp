// std::atomic::wait and notify. SILENT: nobody is notified. C++20's wait looks again at the value before it sleeps.
#include <proberen/explore.h>

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> flag{0};
  int message = 0;
  std::thread waiter([&] {
    flag.wait(0, std::memory_order_acquire);
    proberen_observe("message", message);
  });
  message = 1;
  flag.store(1, std::memory_order_release);
#ifndef SILENT
  flag.notify_one();
#endif
  waiter.join();
}
