/// What a MessageRing is made with: its locks, its patience, and its steps, for those who check it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "proberen/ipc/detail/robust_mutex.hpp"
#include "proberen/ipc/detail/sleepers.hpp"
#include "proberen/lock.hpp"

namespace proberen::ipc::detail {

/// Where in an operation a process may die: each step names what has been done. A MessageRing copies in two halves, a MessageHeap has an
/// index.
enum class RingStep : std::uint8_t {
  put_locked,
  put_begun,
  put_half_copied,
  put_copied,
  put_committed,
  put_indexed,
  put_unlocked,
  get_locked,
  get_copied,
  get_committed,
  get_handed,
  get_indexed,
  get_unlocked,
};

/// What ships.
struct ShippedRing {
  using Lock = RobustMutex;
  static constexpr std::chrono::milliseconds kPatience{20};  ///< of sleepers
  /// How long after its deadline a timed call still waits for the lock, whose owner is about to release it unless it is stopped.
  static constexpr std::chrono::milliseconds kLockPatience{1000};
  static constexpr int kWatchedItems = 1;
  static constexpr bool kCopiedBeforePut = true;  ///< a known-bad twin says false
  static constexpr void reach(RingStep) noexcept {}
};

/// A BasicLock in the form of a RobustMutex: of one who dies it does not know.
template <Platform P>
class PlainMutex {
 public:
  [[nodiscard]] LockOutcome acquire(Deadline deadline) {
    if (deadline == kForever) {
      lock_.lock();
      return LockOutcome::acquired;
    }
    return (deadline == kAtOnce ? lock_.try_lock() : lock_.try_lock_until(deadline)) ? LockOutcome::acquired : LockOutcome::timeout;
  }
  void release() { (void)lock_.release(); }

 private:
  BasicLock<P> lock_;
};

/// For a model checker, in which nobody dies: no sleeper wakes by itself, so that each lost wake shows. `kItems`: how many items the ring
/// has room for.
template <Platform P, int kItems>
struct ExploredRing {
  using Lock = PlainMutex<P>;
  static constexpr std::chrono::milliseconds kPatience = kUntilWoken;
  static constexpr std::chrono::milliseconds kLockPatience = kUntilWoken;
  static constexpr int kWatchedItems = kItems;
  static constexpr bool kCopiedBeforePut = true;
  static constexpr void reach(RingStep) noexcept {}
};

}  // namespace proberen::ipc::detail
