// A sampled thread that has come round in a loop in vain goes on once what it reads has changed, in the same execution: nothing else ends this.
// expect: pass
// options: search=random executions=300 seed=1
#include <atomic>
#include <thread>

std::atomic<int> held, seen;

int main() {
  std::thread other([] {
    while (held.exchange(1) == 1) {
    }
    seen.store(1);
  });
  held = 1;
  while (seen == 0) {
    held = 0;
    held = 1;
  }
  other.join();
}
