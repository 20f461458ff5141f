/// Lock: mutual exclusion that any thread may release, after Python's threading.Lock.
///
/// Blocking; no fairness promise, but a waiter is woken at each release. Four bytes, no allocation, constexpr construction, nothing to
/// destroy. Meets Lockable and TimedLockable, so std::unique_lock, std::scoped_lock and std::lock take it. The algorithm is the three-state
/// futex mutex of U. Drepper, "Futexes Are Tricky" (2011), section 6, "mutex, take 2".
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <system_error>
#include <type_traits>

#include "proberen/default_platform.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/scope.hpp"

namespace proberen {

template <Platform P>
class BasicLock {
 public:
  static constexpr Scope kScope = kScopeOf<P>;

  constexpr BasicLock() noexcept = default;
  BasicLock(const BasicLock&) = delete;
  BasicLock& operator=(const BasicLock&) = delete;

  /// Takes the lock, waiting as long as it takes; with `blocking` false, only when it is free. True when the lock is taken.
  bool acquire(bool blocking = true) {
    if (!blocking) return try_lock();
    lock();
    return true;
  }

  /// Takes the lock, waiting at most `timeout`; never gives up early. kNoTimeout waits for ever; zero does not wait. Throws
  /// std::invalid_argument for any other negative timeout, and for a timeout when `blocking` is false.
  template <class Rep, class Period>
  bool acquire(bool blocking, std::chrono::duration<Rep, Period> timeout) {
    return acquire_until(detail::requested_deadline(P::now(), blocking, timeout));
  }

  /// Takes the lock, waiting until a stop is requested: false, and the lock is not taken, when that comes first. With a stop requested
  /// before, only when the lock is free.
  bool acquire(const std::stop_token& token) {
    return take_free() || detail::until_stopped(token, [this](Deadline deadline) { return take_contended(deadline); });
  }

  /// Gives the lock back; any thread may. operation_not_permitted when nobody holds it, and then nothing changes.
  std::error_code release() {
    // (3) release: synchronizes with the acquire (1, 2)
    const std::uint32_t state = word_.exchange(kFree, std::memory_order_release);
    if (state == kContended) P::unpark(word_, 1);
    if (state == kFree) [[unlikely]]
      return std::make_error_code(std::errc::operation_not_permitted);
    return {};
  }

  /// Whether somebody held the lock at some moment of the call; a hint, no more.
  [[nodiscard]] bool locked() const { return word_.load(std::memory_order_relaxed) != kFree; }

  void lock() {
    if (!take_free()) [[unlikely]]
      take_contended(kForever);
  }
  [[nodiscard]] bool lock(const std::stop_token& token) { return acquire(token); }
  [[nodiscard]] bool try_lock() { return take_free(); }
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return take_free() || take_contended(deadline_after(P::now(), timeout));
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return detail::attempt_until<P>(instant, [this](Deadline deadline) { return acquire_until(deadline); });
  }
  /// As release(), for the standard's guards: throws std::system_error when nobody holds the lock.
  void unlock() {
    if (const std::error_code error = release()) [[unlikely]]
      throw std::system_error(error, "proberen::Lock::unlock");
  }

  /// Makes the lock free whatever it was. For the child of a fork, where the holder may not exist; no other thread may use the lock
  /// meanwhile.
  void reinitialize() { word_.store(kFree, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kContended = 2;

  bool acquire_until(Deadline deadline) { return take_free() || take_contended(deadline); }

  bool take_free() {
    std::uint32_t expected = kFree;
    // (1) acquire: synchronizes with the release (3)
    return word_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire, std::memory_order_relaxed);
  }

  [[gnu::noinline]] bool take_contended(Deadline deadline) {
    for (bool in_time = true;;) {
      // (2) acquire: synchronizes with the release (3). It takes the lock as contended, since others may be parked beside us.
      if (word_.exchange(kContended, std::memory_order_acquire) == kFree) return true;
      if (!in_time) return false;
      in_time = P::park(word_, kContended, deadline);
    }
  }

  /// kHeld is never written while a thread is parked that relies on being woken: a thread that has been parked takes the lock as
  /// kContended. kContended without a sleeper is legal, and costs one needless wake.
  typename P::template Atomic<std::uint32_t> word_{kFree};
};

using Lock = BasicLock<DefaultPlatform>;

static_assert(sizeof(BasicLock<NativePlatform>) == 4 && std::is_trivially_destructible_v<BasicLock<NativePlatform>>);

namespace ipc {

/// A Lock for memory that several processes map, at any address. A process that is killed between its being woken and its taking the lock
/// leaves others asleep until the next release that finds the lock contended. One that dies while holding it leaves it held: ipc::Lock
/// (proberen/ipc/lock.hpp) tells the next owner instead.
using PlainLock = BasicLock<SharedPlatform>;

static_assert(std::is_standard_layout_v<PlainLock>);

}  // namespace ipc
}  // namespace proberen
