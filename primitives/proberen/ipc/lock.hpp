/// ipc::Lock: mutual exclusion between processes, whose owner's death nobody overlooks.
///
/// When a thread ends while it holds the lock — returns, is killed, or its whole process is — the next one to take it is told so:
/// RobustStatus::owner_died. It holds the lock then, and what the lock protects is as the dead owner left it. It repairs that and calls
/// mark_consistent(), or calls mark_unrecoverable(); releasing without either is the second. After that nobody gets the lock any more
/// (POSIX.1-2017, robust mutexes).
///
///   switch (lock.acquire()) {
///     case RobustStatus::owner_died: repair(); lock.mark_consistent(); [[fallthrough]];
///     case RobustStatus::acquired: …; lock.release(); break;
///     default: …
///   }
///
/// Blocking; waiters are woken one at a time, and any thread may overtake them. 40 bytes in memory that processes of one PID namespace map,
/// at any address; constexpr construction, all zeros, nothing to destroy. Owned: only the thread that took it releases it, and it must do
/// so before it unmaps or reuses the memory, where the kernel would otherwise not find the lock at the thread's end.
///
/// Linux only. A thread that is killed after it was woken and before it took the lock hands the wake on from Linux 6.2 on (commit
/// 90d758896787); before, its fellow waiters wait for the next release. ThreadSanitizer does not see the kernel hand on the lock of a
/// thread that ended: it may report a race between that thread and one of the same process that was told.
#pragma once

#include <chrono>
#include <stop_token>
#include <system_error>
#include <type_traits>

#include "proberen/detail/robust_core.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/ipc/detail/robust_list.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/scope.hpp"

namespace proberen::ipc {

template <Platform P, class Kernel, class Rules = proberen::detail::RobustRules>
class BasicRobustLock {
 public:
  static constexpr Scope kScope = kScopeOf<P>;

  constexpr BasicRobustLock() noexcept = default;
  BasicRobustLock(const BasicRobustLock&) = delete;
  BasicRobustLock& operator=(const BasicRobustLock&) = delete;

  /// Takes the lock, waiting as long as it takes: acquired, owner_died, not_recoverable or would_deadlock. Throws std::system_error
  /// (not_supported) on a thread that the kernel does not look after; so does every call that follows.
  RobustStatus acquire() { return core_.acquire_until(kForever); }
  /// Takes it only when it is free: busy when it is not.
  RobustStatus try_acquire() {
    const RobustStatus status = core_.acquire_until(decltype(core_)::kAtOnce);
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
      throw std::system_error(error, "proberen::ipc::Lock::unlock");
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
                            "proberen::ipc::Lock::lock");
  }

  proberen::detail::RobustCore<P, Kernel, Rules> core_;
};

using Lock = BasicRobustLock<SharedPlatform, detail::RobustKernel>;

static_assert(sizeof(Lock) == 40 && std::is_standard_layout_v<Lock> && std::is_trivially_destructible_v<Lock>);

/// Holds an ipc::Lock for as long as it lives. An owner's death is asked for by name, and one that nobody answers for is the lock's end.
class [[nodiscard]] RobustGuard {
 public:
  /// Throws std::system_error when the lock is not recoverable, or the caller's already.
  explicit RobustGuard(Lock& lock) : lock_(&lock) {
    try {
      lock.lock();
    } catch (const OwnerDied&) {
      owner_died_ = true;
    }
  }
  RobustGuard(const RobustGuard&) = delete;
  RobustGuard& operator=(const RobustGuard&) = delete;
  ~RobustGuard() {
    if (lock_ != nullptr) (void)lock_->release();
  }

  /// Whether it still holds the lock: until mark_unrecoverable().
  [[nodiscard]] bool owns_lock() const { return lock_ != nullptr; }
  /// Whether what the lock protects is still as a dead owner left it.
  [[nodiscard]] bool owner_died() const { return owner_died_; }
  /// What the lock protects has been repaired. Does nothing unless owner_died().
  void mark_consistent() {
    if (owns_lock() && owner_died_ && !lock_->mark_consistent()) owner_died_ = false;
  }
  /// It cannot be repaired: gives the lock back, for good, and holds nothing from then on. Does nothing unless owner_died().
  void mark_unrecoverable() {
    if (owns_lock() && owner_died_ && !lock_->mark_unrecoverable()) lock_ = nullptr;
  }

 private:
  Lock* lock_;  ///< null once it has been given up
  bool owner_died_ = false;
};

}  // namespace proberen::ipc
