// Objects of 3 and of 12 bytes, which no instruction reads or writes. The one that is read holds the first value or the second; the exchange
// comes before the store or after it: 2 * 2.
// expect: pass complete
// executions: 4
// build: -O1
#include <atomic>
#include <cassert>
#include <thread>

struct Three {
  char bytes[3];
};
struct Twelve {
  int words[3];
};
std::atomic<Three> x{Three{{0, 0, 0}}};
std::atomic<Twelve> y{Twelve{{0, 0, 0}}};

int main() {
  std::thread other([] {
    y.store(Twelve{{1, 2, 3}}, std::memory_order_relaxed);
    const Three read = x.exchange(Three{{7, 7, 7}}, std::memory_order_relaxed);
    assert(read.bytes[0] == read.bytes[2]);
  });
  x.store(Three{{1, 1, 1}}, std::memory_order_relaxed);
  const Twelve read = y.load(std::memory_order_relaxed);
  assert(read.words[0] * 3 == read.words[2]);
  other.join();
}
