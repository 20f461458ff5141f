// The same under sequential consistency: not both zero, and an outcome that is declared forbidden does not come.
// options: model=sc
// expect: pass complete
// executions: 3
#include <atomic>
#include <thread>

#include <proberen/explore.h>

std::atomic<int> x, y;

int main() {
  proberen_forbidden("r0=0 r1=0");
  int r0 = 0, r1 = 0;
  std::thread first([&] {
    x.store(1, std::memory_order_relaxed);
    r0 = y.load(std::memory_order_relaxed);
  });
  y.store(1, std::memory_order_relaxed);
  r1 = x.load(std::memory_order_relaxed);
  first.join();
  proberen_observe("r0", r0);
  proberen_observe("r1", r1);
}
