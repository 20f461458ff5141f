// std::atomic::wait and std::latch, down to the futex. Under sequential consistency: libstdc++ 12 counts a latch down with release alone before
// it looks for waiters, so that C++'s own model allows it to miss one.
// options: model=sc
// expect: pass complete
// native: 0
#include <atomic>
#include <cassert>
#include <barrier>
#include <latch>
#include <thread>

int main() {
  std::atomic<int> flag{0};
  std::latch latch(2);
  int data = 0;
  std::thread thread([&] {
    data = 1;
    flag.store(1);
    flag.notify_one();
    latch.arrive_and_wait();
  });
  flag.wait(0);
  assert(data == 1);
  latch.arrive_and_wait();
  thread.join();
}
