// expect: pass complete
//
// A loop that keeps what it waits for in a variable of its own writes there again and again what is there already: no effect.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> index{0};
int cache = 0, message = 0;

int main() {
  std::thread sender([] {
    message = 1;
    index.store(1, std::memory_order_release);
  });
  while (cache == 0) cache = index.load(std::memory_order_acquire);
  assert(message == 1);
  sender.join();
}
