/// RobustForms: what callers of a robust lock see, over its core; the base of ipc::Lock and ipc::RLock.
#pragma once

#include <chrono>
#include <stop_token>
#include <system_error>

#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/ipc/robust_status.hpp"
#include "proberen/platform.hpp"
#include "proberen/scope.hpp"

namespace proberen::ipc::detail {

/// `Core` is a RobustCore or a RecursiveRobustCore.
template <Platform P, class Core>
class RobustForms {
 public:
  static constexpr Scope kScope = kScopeOf<P>;

  constexpr RobustForms() noexcept = default;
  RobustForms(const RobustForms&) = delete;
  RobustForms& operator=(const RobustForms&) = delete;

  /// Takes the lock, waiting as long as it takes: acquired, owner_died, not_recoverable or would_deadlock. Throws std::system_error
  /// (not_supported) on a thread that the kernel does not look after; so does every call that follows.
  RobustStatus acquire() { return core_.acquire_until(kForever); }
  /// Takes it only when it is free: busy when it is not.
  RobustStatus try_acquire() {
    const RobustStatus status = core_.acquire_until(Core::kAtOnce);
    return status == RobustStatus::timeout ? RobustStatus::busy : status;
  }
  /// Waits no longer than `timeout`; never gives up early.
  template <class Rep, class Period>
  RobustStatus acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
    return core_.acquire_until(deadline_after(P::now(), timeout));
  }
  template <class Clock, class Duration>
  RobustStatus acquire_until(const std::chrono::time_point<Clock, Duration>& instant) {
    RobustStatus status = RobustStatus::timeout;
    (void)proberen::detail::attempt_until<P>(instant, [&](Deadline deadline) {
      status = core_.acquire_until(deadline);
      return status != RobustStatus::timeout;
    });
    return status;
  }

  /// Waits until a stop is requested; with one requested before, it does not wait.
  RobustStatus acquire(const std::stop_token& token) {
    const auto take = [this](Deadline deadline) { return core_.acquire_until(deadline); };
    const RobustStatus status = proberen::detail::until_stopped(token, take);
    return status == RobustStatus::timeout ? RobustStatus::stopped : status;
  }

  /// Gives the lock back. operation_not_permitted when the caller does not hold it, and then nothing changes.
  std::error_code release() { return core_.release(); }
  /// What the lock protects has been repaired. operation_not_permitted when the caller does not hold the lock, invalid_argument when it was
  /// not told of a death since it took it.
  std::error_code mark_consistent() { return core_.mark_consistent(); }
  /// It cannot be repaired: gives the lock back, for good. Errors as mark_consistent().
  std::error_code mark_unrecoverable() { return core_.mark_unrecoverable(); }

  [[nodiscard]] bool locked() const { return core_.locked(); }
  /// Whether the calling thread holds the lock. Exact.
  [[nodiscard]] bool owned() const { return core_.owned(); }

  /// The forms of the standard's Lockable and TimedLockable. When an owner has died they throw OwnerDied, and then the caller HOLDS the
  /// lock, though a std::unique_lock that it was constructing does not: catch it, repair, and adopt the lock. std::system_error, and not
  /// held, where it is not recoverable (state_not_recoverable) or the caller's already (resource_deadlock_would_occur).
  void lock() { (void)held_or_throw(acquire()); }
  [[nodiscard]] bool lock(const std::stop_token& token) { return held_or_throw(acquire(token)); }
  [[nodiscard]] bool try_lock() { return held_or_throw(try_acquire()); }
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return held_or_throw(acquire_for(timeout));
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return held_or_throw(acquire_until(instant));
  }
  /// As release(); throws std::system_error when the caller does not hold the lock.
  void unlock() {
    if (const std::error_code error = release()) [[unlikely]]
      throw std::system_error(error, "unlock of a robust lock");
  }

 protected:
  /// For models of a kernel.
  auto& core() { return core_; }

 private:
  static bool held_or_throw(RobustStatus status) {
    if (status == RobustStatus::acquired) [[likely]]
      return true;
    if (status == RobustStatus::owner_died) throw OwnerDied();
    if (status == RobustStatus::busy || status == RobustStatus::timeout || status == RobustStatus::stopped) return false;
    const bool gone = status == RobustStatus::not_recoverable;
    throw std::system_error(std::make_error_code(gone ? std::errc::state_not_recoverable : std::errc::resource_deadlock_would_occur),
                            "lock of a robust lock");
  }

  Core core_;
};

}  // namespace proberen::ipc::detail
