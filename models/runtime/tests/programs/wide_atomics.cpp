// Atomics of every size, 16 bytes among them.
// expect: pass complete
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned char> one;
std::atomic<short> two;
std::atomic<long> eight;
__int128 sixteen;

int main() {
  std::thread thread([] {
    one.fetch_or(1);
    two.fetch_sub(1);
    eight.exchange(1L << 40);
    __atomic_fetch_add(&sixteen, (static_cast<__int128>(1) << 100), __ATOMIC_SEQ_CST);
  });
  thread.join();
  assert(one.load() == 1 && two.load() == -1 && eight.load() == 1L << 40);
  assert(__atomic_load_n(&sixteen, __ATOMIC_SEQ_CST) == static_cast<__int128>(1) << 100);
}
