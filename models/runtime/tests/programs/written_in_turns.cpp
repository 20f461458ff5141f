// expect: pass complete
// outcomes: answers=2: *
//
// A loop that polls under a lock and asks again in every turn: the other side undoes what it wrote, and yet the turn was seen.
#include <mutex>
#include <thread>

#include <proberen/explore.h>

std::mutex mutex;
int asked = 0, answers = 0;

int main() {
  std::thread other([] {
    for (;;) {
      const std::lock_guard guard(mutex);
      if (asked == 0) continue;
      asked = 0;
      if (++answers == 2) return;
    }
  });
  for (;;) {
    const std::lock_guard guard(mutex);
    if (answers == 2) break;
    asked = 1;
  }
  other.join();
  proberen_observe("answers", answers);
}
