// A function-local static is made once, by whoever comes first, again in every execution; a failed attempt is repeated.
// expect: pass complete
// native: 0
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> attempts;

struct Once {
  int value = 4;
  Once() {
    if (attempts.fetch_add(1) == 0) throw 1;
  }
};

int get() {
  try {
    static Once once;
    return once.value;
  } catch (int) {
    return get();
  }
}

int main() {
  std::thread thread([] { assert(get() == 4); });
  assert(get() == 4);
  thread.join();
  assert(attempts.load() == 2);
}
