// std::latch: one thread waits for two. SHORT: the count is one too high. libstdc++ 12 counts down with release only, and then looks for waiters: under the
// C++ model that look may come too early, and the waiter sleeps for ever; no machine that is known does so.
#include <proberen/explore.h>

#include <latch>
#include <thread>

#ifdef SHORT
constexpr int kCount = 3;
#else
constexpr int kCount = 2;
#endif

int main() {
  std::latch done(kCount);
  int made[2] = {};
  std::thread first([&] {
    made[0] = 1;
    done.count_down();
  });
  std::thread second([&] {
    made[1] = 1;
    done.count_down();
  });
  done.wait();
  proberen_observe("sum", made[0] + made[1]);
  first.join();
  second.join();
}
