// Detached threads that wait when main returns: one for work that never comes, one in a loop. The program ends all the same.
// expect: pass complete
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;
bool work = false;
std::atomic<bool> stop{false};

int main() {
  std::thread([] {
    for (;;) {
      std::unique_lock lock(mutex);
      condition.wait(lock, [] { return work; });
      work = false;
    }
  }).detach();
  std::thread([] {
    while (!stop.load()) {
    }
  }).detach();
  {
    const std::lock_guard lock(mutex);
    work = true;
  }
  condition.notify_one();
}
