/// What queues in shared memory have in common whose processes may be killed: how they hold a lock, how long they wait for it, and how they
/// wait for the other side before they sleep.
#pragma once

#include <algorithm>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/ipc/detail/robust_mutex.hpp"
#include "proberen/ipc/detail/sleepers.hpp"
#include "proberen/platform.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc::detail {

/// What stands before it is done before what stands after it, as seen by those who find this process dead in between.
inline void keep_order() noexcept { asm volatile("" ::: "memory"); }

/// Holds a lock, if it got it in time. A death of its last owner calls for nothing here: see the queues.
template <class Lock>
class LockHold {
 public:
  LockHold(Lock& lock, Deadline deadline) : lock_(lock), held_(lock.acquire(deadline) != LockOutcome::timeout) {}
  LockHold(const LockHold&) = delete;
  LockHold& operator=(const LockHold&) = delete;
  ~LockHold() {
    if (held_) lock_.release();
  }
  explicit operator bool() const { return held_; }

 private:
  Lock& lock_;
  const bool held_;
};

/// A lock that all want, and that is held for less time than a sleep takes: who finds it held tries again before it sleeps.
template <Platform P, class Lock>
class SpinningLock {
 public:
  [[nodiscard]] LockOutcome acquire(Deadline deadline) {
    for (int pause = 4, spent = 0; deadline != kAtOnce && spent < std::min(P::spin_limit(), kSpins); spent += pause, pause *= 2) {
      const LockOutcome outcome = lock_.acquire(kAtOnce);
      if (outcome != LockOutcome::timeout) return outcome;
      for (int i = 0; i < pause; ++i) P::relax();
    }
    return lock_.acquire(deadline);
  }
  void release() { lock_.release(); }

 private:
  static constexpr int kSpins = 200;
  Lock lock_;
};

/// Until when a call with that deadline waits for a lock: longer, since waiting for the lock is not waiting for room or for an item, and to
/// call it a timeout would be to say that there was none.
template <Platform P, class Policy>
[[nodiscard]] Deadline patient(Deadline deadline) {
  const bool timed = deadline < proberen::detail::kUntilStopped && Policy::kLockPatience != kUntilWoken;
  if (!timed) return proberen::detail::lock_deadline(deadline);
  return deadline_after(std::max(deadline, P::now()), Policy::kLockPatience);
}

/// A short wait for the other side, which is cheaper than sleep; looks less and less often, so as not to take the other side's line away.
/// `settled()`'s true, or false when it was in vain.
template <Platform P, class Settled>
[[nodiscard]] bool spin_until(Settled& settled) {
  for (int pause = 4, spent = 0; spent < P::spin_limit(); spent += pause, pause *= 2) {
    for (int i = 0; i < pause; ++i) P::relax();
    if (settled()) return true;
  }
  return false;
}

/// Puts or gets, by `attempt(lock_deadline)`, and with `wait` goes on until that is not `in_vain`, or the deadline: timeout.
/// `looks_in_vain()` looks without a lock. `passes_on`: those whom it waits for wake one sleeper at a time, so it passes a wake on, as
/// Sleepers asks of one that was woken alone.
template <Platform P, class Policy, class Attempt, class LooksInVain>
[[nodiscard]] QueueStatus attempt_or_wait(Sleepers<P>& sleepers, QueueStatus in_vain, bool wait, Deadline deadline, bool passes_on,
                                          Attempt attempt, LooksInVain looks_in_vain) {
  const Deadline lock_deadline = patient<P, Policy>(deadline);
  QueueStatus status = attempt(lock_deadline);
  if (status != in_vain || !wait) return status;
  auto settled = [&] { return !looks_in_vain() && (status = attempt(lock_deadline)) != in_vain; };
  if (spin_until<P>(settled)) return status;
  if (!sleepers.wait(settled, deadline, Policy::kPatience)) return QueueStatus::timeout;
  if (passes_on && !looks_in_vain()) sleepers.notify(1);
  return status;
}

}  // namespace proberen::ipc::detail
