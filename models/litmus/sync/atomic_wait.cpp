// std::atomic::wait and notify. SILENT: nobody is notified. W is the order of the store: with release, libstdc++ 12's notify_one may look at its count of
// waiters before the store is there to be seen, and the waiter sleeps for ever (store buffering, x86 has it too).
#include <proberen/explore.h>

#include <atomic>
#include <thread>

#ifndef W
#define W seq_cst
#endif
#define ORDER_OF(order) std::memory_order_##order
#define ORDER(order) ORDER_OF(order)

int main() {
  std::atomic<int> flag{0};
  int message = 0;
  std::thread waiter([&] {
    flag.wait(0, std::memory_order_acquire);
    proberen_observe("message", message);
  });
  message = 1;
  flag.store(1, ORDER(W));
#ifndef SILENT
  flag.notify_one();
#endif
  waiter.join();
}
