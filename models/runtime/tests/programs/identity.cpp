// expect: pass complete
// What a thread has of its own in the C and C++ libraries stays its own at every switch.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

std::atomic<int> x{0};
std::atomic<pthread_t> first_handle{};

void own(int number) {
  const std::thread::id self = std::this_thread::get_id();
  errno = number;
  x.store(number);
  assert(errno == number);
  try {
    throw std::runtime_error(std::to_string(number));
  } catch (const std::runtime_error& error) {
    const int other = x.load();
    assert(other != 0 && std::uncaught_exceptions() == 0);
    assert(error.what() == std::to_string(number));
    try {
      std::rethrow_exception(std::current_exception());
    } catch (const std::runtime_error& again) {
      assert(&again == &error);
    }
    x.store(number);
    assert(errno == number);
  }
  assert(std::current_exception() == nullptr);
  assert(std::this_thread::get_id() == self);
}

struct Unwound {
  ~Unwound() {
    x.load();
    assert(std::uncaught_exceptions() == 1);
  }
};

int main() {
  std::thread first([] {
    first_handle.store(pthread_self());
    own(1);
  });
  std::thread second([] {
    try {
      const Unwound unwound;
      throw 2;
    } catch (int) {
      errno = 2;
    }
    x.store(2);
    assert(errno == 2);
    const pthread_t other = first_handle.load();
    assert(other == pthread_t{} || !pthread_equal(other, pthread_self()));
  });
  assert(first.get_id() != second.get_id() && first.get_id() != std::this_thread::get_id());
  errno = 3;
  const auto id = first.get_id();
  const pthread_t handle = first.native_handle();
  first.join();
  assert(first_handle.load() == handle && id != std::thread::id());
  second.join();
  assert(errno == 3);
}
