// Who waits may destroy the condition before it is notified: the notifier must hold the mutex.
// expect: fail data-race
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

std::mutex mutex;
std::optional<std::condition_variable> condition;
bool done;

int main() {
  condition.emplace();
  std::thread thread([] {
    {
      std::lock_guard lock(mutex);
      done = true;
    }
    condition->notify_one();  // HERE
  });
  {
    std::unique_lock lock(mutex);
    condition->wait(lock, [] { return done; });
  }
  condition.reset();
  thread.join();
}
