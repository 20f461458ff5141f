// Exceptions are in flight in several threads at once, and pass through futures.
// expect: pass complete
// native: 0
#include <cassert>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int caught;

void thrower() {
  try {
    throw std::runtime_error("expected");
  } catch (const std::exception&) {
    std::lock_guard lock(mutex);
    ++caught;
    changed.notify_one();
  }
}

int main() {
  std::thread first(thrower), second(thrower);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return caught == 2; });
  }
  first.join();
  second.join();
  auto result = std::async(std::launch::async, []() -> int { throw std::logic_error("through a future"); });
  try {
    result.get();
    assert(false);
  } catch (const std::logic_error&) {
  }
}
