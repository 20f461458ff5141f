/// Semaphores that are wrong, each in one way: what a test says of them shows that the test can fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <system_error>
#include <thread>

#include "proberen/semaphore.hpp"

namespace proberen::test {

/// Gives back one unit too many when several are asked.
class LavishSemaphore : public Semaphore {
 public:
  using Semaphore::Semaphore;
  std::error_code release(std::int64_t units = 1) { return Semaphore::release(units > 1 ? units + 1 : units); }
};

/// Looks first and takes later: two threads take the same unit.
class TornSemaphore {
 public:
  explicit TornSemaphore(std::int64_t value) : value_(value) {}
  bool try_acquire() {
    if (value_ <= 0) return false;
    std::this_thread::yield();
    --value_;
    return true;
  }
  bool acquire() {
    while (!try_acquire()) std::this_thread::yield();
    return true;
  }
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period>) {
    return try_acquire();
  }
  std::error_code release() {
    ++value_;
    return {};
  }

 private:
  std::atomic<std::int64_t> value_;
};

/// Compares with the limit first and gives back later, as Python's multiprocessing.BoundedSemaphore does.
class LooselyBoundedSemaphore : public Semaphore {
 public:
  explicit LooselyBoundedSemaphore(std::int64_t limit) : Semaphore(limit), limit_(limit) {}
  std::error_code release() {
    if (value() >= limit_) return std::make_error_code(std::errc::value_too_large);
    std::this_thread::yield();
    return Semaphore::release();
  }

 private:
  std::int64_t limit_;
};

/// Gives up at half time.
class HastySemaphore : public Semaphore {
 public:
  using Semaphore::Semaphore;
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    return Semaphore::try_acquire_for(timeout / 2);
  }
};

}  // namespace proberen::test
