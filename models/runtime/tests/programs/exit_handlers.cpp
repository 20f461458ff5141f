// expect: pass complete
// executions: 2
// outcomes: order=123: 1, order=213: 1
//
// What is registered for the end of the program runs at the end of main, last first, in every execution; a global object of this program is the
// very last. The two threads stand for what differs between executions.
#include <proberen/explore.h>

#include <atomic>
#include <cstdlib>
#include <thread>

std::atomic<int> order{0};

void note(int what) { order = order * 10 + what; }

struct Last {
  ~Last() {
    note(3);
    proberen_observe("order", order);
  }
};
Last last;

struct Local {
  ~Local() { std::thread([] { note(1); }).join(); }
};

int main() {
  std::atomic<bool> swapped{false};
  std::thread other([&] { swapped = true; });
  const bool late = swapped;
  other.join();
  if (late) std::atexit([] { note(1); });
  std::atexit([] { note(2); });
  if (!late) static Local local;
  return 0;
}
