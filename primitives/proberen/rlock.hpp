/// RLock: a lock that its owner may take again, after Python's threading.RLock.
///
/// As many releases as acquires. Only the owner releases. Meets Lockable and TimedLockable. A thread must not end while it is the owner: a
/// later thread may be taken for it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <system_error>

#include "proberen/lock.hpp"
#include "proberen/scope.hpp"

namespace proberen {

template <Platform P>
class BasicRLock {
 public:
  /// Whatever the platform: a thread is told from others by a number that holds within its process.
  static constexpr Scope kScope = Scope::kProcessPrivate;

  constexpr BasicRLock() noexcept = default;
  BasicRLock(const BasicRLock&) = delete;
  BasicRLock& operator=(const BasicRLock&) = delete;

  /// As Lock::acquire; a thread that holds the lock already takes it once more without waiting. Throws std::system_error
  /// (resource_unavailable_try_again) when it has been taken 2^32 - 1 times.
  bool acquire(bool blocking = true) {
    return take([&] { return lock_.acquire(blocking); });
  }
  template <class Rep, class Period>
  bool acquire(bool blocking, std::chrono::duration<Rep, Period> timeout) {
    (void)detail::requested_deadline(P::now(), blocking, timeout);  // bad arguments are refused even when the lock is ours
    return take([&] { return lock_.acquire(blocking, timeout); });
  }

  /// As Lock's.
  bool acquire(const std::stop_token& token) {
    return take([&] { return lock_.acquire(token); });
  }

  /// Undoes one acquire. operation_not_permitted when the calling thread is not the owner, and then nothing changes.
  std::error_code release() {
    if (!owned()) [[unlikely]]
      return std::make_error_code(std::errc::operation_not_permitted);
    if (--depth_ > 0) return {};
    owner_.store(kNobody, std::memory_order_relaxed);
    return lock_.release();
  }

  [[nodiscard]] bool locked() const { return lock_.locked(); }
  /// Whether the calling thread holds the lock. Exact.
  [[nodiscard]] bool owned() const { return owner_.load(std::memory_order_relaxed) == P::this_thread(); }

  void lock() { acquire(); }
  [[nodiscard]] bool lock(const std::stop_token& token) { return acquire(token); }
  [[nodiscard]] bool try_lock() { return acquire(false); }
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return take([&] { return lock_.try_lock_for(timeout); });
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return take([&] { return lock_.try_lock_until(instant); });
  }
  /// As release(), for the standard's guards: throws std::system_error when the calling thread is not the owner.
  void unlock() {
    if (const std::error_code error = release()) [[unlikely]]
      throw std::system_error(error, "proberen::RLock::unlock");
  }

  /// Makes the lock free whatever it was; see Lock::reinitialize.
  void reinitialize() {
    owner_.store(kNobody, std::memory_order_relaxed);
    depth_ = 0;
    lock_.reinitialize();
  }

 private:
  static constexpr std::uintptr_t kNobody = 0;

  template <class TakeLock>
  bool take(TakeLock take_lock) {
    if (owned()) {
      if (depth_ == std::numeric_limits<std::uint32_t>::max()) [[unlikely]] {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again), "proberen::RLock: taken too often");
      }
      ++depth_;
      return true;
    }
    if (!take_lock()) return false;
    owner_.store(P::this_thread(), std::memory_order_relaxed);
    depth_ = 1;
    return true;
  }

  BasicLock<P> lock_;
  std::uint32_t depth_ = 0;  ///< touched by the owner alone
  /// Equals the reader's own number only if the reader is the owner: every thread writes its own number, and takes it back before it
  /// releases, so a thread reads its own writes or another's number. Hence relaxed.
  typename P::template Atomic<std::uintptr_t> owner_{kNobody};
};

using RLock = BasicRLock<DefaultPlatform>;

}  // namespace proberen
