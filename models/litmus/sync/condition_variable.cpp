// std::condition_variable hands one item over. UNLOCKED: the item is set without the lock, between the look and the wait.
#include <proberen/explore.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<int> item{0};
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return item.load(std::memory_order_relaxed) != 0; });
  });
#ifdef UNLOCKED
  item.store(1, std::memory_order_relaxed);
#else
  {
    std::lock_guard lock(mutex);
    item.store(1, std::memory_order_relaxed);
  }
#endif
  changed.notify_one();
  consumer.join();
  proberen_observe("item", item.load(std::memory_order_relaxed));
}
