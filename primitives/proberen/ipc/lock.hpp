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

#include <type_traits>

#include "proberen/detail/robust_core.hpp"
#include "proberen/ipc/detail/robust_forms.hpp"
#include "proberen/ipc/detail/robust_list.hpp"
#include "proberen/ipc/robust_status.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc {

template <Platform P, class Kernel, class Rules = proberen::detail::RobustRules>
class BasicRobustLock : public detail::RobustForms<P, proberen::detail::RobustCore<P, Kernel, Rules>> {};

using Lock = BasicRobustLock<SharedPlatform, detail::RobustKernel>;

static_assert(sizeof(Lock) == 40 && std::is_standard_layout_v<Lock> && std::is_trivially_destructible_v<Lock>);

/// Holds an ipc::Lock or an ipc::RLock for as long as it lives. An owner's death is asked for by name, and one that nobody answers for is
/// the lock's end.
template <class AnyLock>
class [[nodiscard]] RobustGuard {
 public:
  /// Throws std::system_error when the lock is not recoverable, or, unless it is recursive, the caller's already.
  explicit RobustGuard(AnyLock& lock) : lock_(&lock) {
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
  AnyLock* lock_;  ///< null once it has been given up
  bool owner_died_ = false;
};

}  // namespace proberen::ipc
