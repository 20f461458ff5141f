// Two threads add to an object of 12 bytes by compare-and-swap: one after the other, in either order, and who comes second may have read
// before the first one wrote: 2 * 2.
// expect: pass complete
// executions: 4
// build: -O1
#include <atomic>
#include <cassert>
#include <thread>

struct Twelve {
  int words[3];
};
std::atomic<Twelve> count{Twelve{{0, 0, 0}}};

void add() {
  Twelve old = count.load(std::memory_order_relaxed), next;
  do {
    next = {{old.words[0] + 1, old.words[1] + 1, old.words[2] + 1}};
  } while (!count.compare_exchange_strong(old, next, std::memory_order_relaxed));
}

int main() {
  std::thread other(add);
  add();
  other.join();
  assert(count.load(std::memory_order_relaxed).words[2] == 2);
}
