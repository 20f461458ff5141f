// std::shared_mutex. WEAK: the writer takes it shared only.
#include <proberen/explore.h>

#include <mutex>
#include <shared_mutex>
#include <thread>

int main() {
  std::shared_mutex mutex;
  int value = 0;
  std::thread writer([&] {
#ifdef WEAK
    std::shared_lock lock(mutex);
#else
    std::unique_lock lock(mutex);
#endif
    value = 1;
  });
  int seen = 0;
  {
    std::shared_lock lock(mutex);
    seen = value;
  }
  writer.join();
  proberen_observe("seen", seen);
}
