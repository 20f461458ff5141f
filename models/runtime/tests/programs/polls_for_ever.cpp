// expect: fail livelock
//
// Two threads poll, each under its own lock, for what the other one would do next.
#include <mutex>
#include <thread>

struct Flag {
  std::mutex mutex;
  bool up = false;
  bool get() {
    const std::lock_guard lock(mutex);
    return up;
  }
  void raise() {
    const std::lock_guard lock(mutex);
    up = true;
  }
};

Flag first;
Flag second;

void pass(Flag& from, Flag& to) {
  while (!from.get()) std::this_thread::yield();
  to.raise();
}

int main() {
  std::thread one([] { pass(first, second); });
  std::thread two([] { pass(second, first); });
  one.join();
  two.join();
}
