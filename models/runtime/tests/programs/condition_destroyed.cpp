// A condition may be destroyed once all that waited have been notified, before they have taken the mutex back.
// expect: pass complete
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  bool waiting = false, done = false;
  auto* condition = new std::condition_variable;
  std::thread thread([&] {
    std::unique_lock lock(mutex);
    waiting = true;
    condition->notify_one();
    condition->wait(lock, [&] { return done; });
  });
  {
    std::unique_lock lock(mutex);
    condition->wait(lock, [&] { return waiting; });
    done = true;
    condition->notify_one();
  }
  delete condition;
  thread.join();
}
