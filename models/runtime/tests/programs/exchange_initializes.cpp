// An exchange may be the first write: what was there before is nobody's concern.
// expect: pass complete
// build: -std=c++17
#include <atomic>
#include <cassert>

struct Queue {
  std::atomic<long> head;  // C++17 leaves it as it is
  Queue() { head.exchange(0); }
};

int main() {
  auto* const queue = new Queue;
  assert(queue->head == 0);
  delete queue;
}
