/// Locks that are wrong, each in one way: what a test says of them shows that the test can fail.
#pragma once

#include <system_error>
#include <thread>

#include "proberen/lock.hpp"

namespace proberen::test {

/// Excludes nobody.
class NoLock {
 public:
  bool acquire(bool = true) { return true; }
  template <class Rep, class Period>
  bool acquire(bool, std::chrono::duration<Rep, Period>) {
    return true;
  }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period>) {
    return true;
  }
  bool try_lock() { return true; }
  std::error_code release() { return {}; }
  bool locked() const { return false; }
};

/// Gives up at half time.
class HastyLock : public Lock {
 public:
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) {
    return Lock::try_lock_for(timeout / 2);
  }
};

/// A waiter that gave up still takes the lock when it becomes free (bpo-11618).
class HauntedLock : public Lock {
 public:
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) {
    if (Lock::try_lock_for(timeout)) return true;
    haunted_ = true;
    return false;
  }
  std::error_code release() { return haunted_ ? std::error_code() : Lock::release(); }

 private:
  bool haunted_ = false;
};

}  // namespace proberen::test
