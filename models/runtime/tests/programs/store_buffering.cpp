// Store buffering with relaxed accesses: all four outcomes.
// expect: pass complete
// executions: 4
// outcomes: r0=0 r1=0: 1, r0=0 r1=1: 1, r0=1 r1=0: 1, r0=1 r1=1: 1
#include <atomic>
#include <thread>

#include <proberen/explore.h>

std::atomic<int> x, y;

int main() {
  int r0 = 0, r1 = 0;
  std::thread first([&] {
    x.store(1, std::memory_order_relaxed);
    r0 = y.load(std::memory_order_relaxed);
  });
  std::thread second([&] {
    y.store(1, std::memory_order_relaxed);
    r1 = x.load(std::memory_order_relaxed);
  });
  first.join();
  second.join();
  proberen_observe("r0", r0);
  proberen_observe("r1", r1);
}
