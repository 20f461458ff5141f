// A timed wait may end by time or by a wake-up: both come, and the clock agrees.
// expect: pass complete
// outcomes: timeout=0: *, timeout=1: *
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <proberen/explore.h>

std::mutex mutex;
std::condition_variable changed;
bool ready;

int main() {
  std::thread thread([] {
    std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  const bool in_time = changed.wait_until(lock, deadline, [] { return ready; });
  if (!in_time) assert(std::chrono::steady_clock::now() >= deadline);
  lock.unlock();
  thread.join();
  proberen_observe("timeout", !in_time);
}
