// What else the C++ library has: jthread, call_once, shared_mutex, recursive and timed mutexes, condition_variable_any, shared_ptr, promise.
// expect: pass complete
// native: 0
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <thread>

using namespace std::chrono_literals;

std::once_flag once;
std::shared_mutex shared;
std::recursive_mutex recursive;
std::timed_mutex timed;
std::mutex mutex;
std::condition_variable_any changed;
int made, value;

void once_for_all() {
  std::call_once(once, [] { ++made; });
  std::shared_lock lock(shared);
  assert(made == 1 && value == 0);
}

int main() {
  {
    std::jthread thread(once_for_all);
    once_for_all();
  }
  {
    std::jthread waiter([](std::stop_token stop) {
      std::unique_lock lock(mutex);
      assert(!changed.wait(lock, stop, [] { return false; }));
    });
  }
  {
    std::unique_lock write(shared);
    std::lock_guard outer(recursive), inner(recursive);
    value = 1;
  }
  assert(timed.try_lock_for(1ms));
  timed.unlock();
  auto pointer = std::make_shared<int>(4);
  std::promise<int> promise;
  std::thread thread([copy = pointer, &promise] { promise.set_value(*copy); });
  assert(promise.get_future().get() == 4);
  thread.join();
  assert(pointer.use_count() == 1);
}
