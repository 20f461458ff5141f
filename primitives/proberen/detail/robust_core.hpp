/// RobustCore: the algorithm of a lock that outlives its owner, on one futex word that the kernel repairs.
///
/// The word is the kernel's (Linux, Documentation/locking/robust-futex-ABI.rst): when a thread ends that holds the lock, however it ends,
/// the kernel takes its number out of the word, sets kOwnerDied, and wakes one sleeper if kWaiters is set. What the holder alone knows,
/// that the protected data are torn or given up, is a second word.
///
/// Unlike glibc's robust mutex, kWaiters is not lost between a release and the next acquire, so a woken thread may be killed, or overtaken,
/// before it takes the lock, and the others are still woken (glibc BZ 20973 is one case of such a loss). A contended release changes the
/// word and wakes by one system call, so no kill comes between the two, and the memory is not touched afterwards.
///
/// `Kernel` is the other side, as static functions:
///   Links, thread()             what a lock carries for the kernel; the caller's number in the word, from 1 to kOwner - 1
///   announce(Links&), settle()  begin and end of an operation on the lock: a thread that ends in between is looked after
///   enter(Links&), leave(…)     the lock is, and is no longer, the caller's
///   has_sleepers(word, value)   a hint; true when in doubt
///   pass_on(word)               word = kWaiters, and wake one: in one step
///   open_to_all(word)           word = 0, and wake all: in one step
#pragma once

#include <atomic>
#include <cstdint>
#include <system_error>

#include "proberen/ipc/robust_status.hpp"
#include "proberen/platform.hpp"

namespace proberen::detail {

// The bits of the word, as in <linux/futex.h>.
inline constexpr std::uint32_t kWaiters = 0x80000000;
inline constexpr std::uint32_t kOwnerDied = 0x40000000;
inline constexpr std::uint32_t kOwner = 0x3fffffff;

/// The rules of recovery; a known-bad twin changes one.
struct RobustRules {
  static constexpr bool kRecoveryKeepsWaiters = true;
  static constexpr bool kUnmarkedReleaseIsFinal = true;
  static constexpr bool kOwnerAloneReleases = true;
  static constexpr bool kDeathIsTold = true;
  // Of RecursiveRobustCore.
  static constexpr bool kDepthEndsWithOwner = true;
  static constexpr bool kReleasesAreCounted = true;
};

template <Platform P, class Kernel, class Rules = RobustRules>
class RobustCore {
 public:
  using Status = ipc::RobustStatus;
  static constexpr Deadline kAtOnce = Deadline::min();

  /// With kAtOnce, it does not wait, and tells so by `timeout`.
  [[nodiscard]] Status acquire_until(Deadline deadline) {
    const std::uint32_t me = Kernel::thread();
    Kernel::announce(links_);
    std::uint32_t seen = 0;
    // (1) acquire: synchronizes with the release (3, 4)
    if (!word_.compare_exchange_strong(seen, me, std::memory_order_acquire, std::memory_order_relaxed)) [[unlikely]]
      return take_contended(me, seen, deadline);
    return taken(false);
  }

  /// operation_not_permitted when the caller does not hold the lock, and then nothing changes. A holder that was told of an owner's death
  /// and has not called mark_consistent() leaves the lock not recoverable.
  std::error_code release() {
    const std::uint32_t me = Kernel::thread();
    if (!is_held_by(me)) [[unlikely]]
      return std::make_error_code(std::errc::operation_not_permitted);
    if (condition_.load(std::memory_order_relaxed) == kTorn) [[unlikely]] {
      condition_.store(Rules::kUnmarkedReleaseIsFinal ? kGivenUp : kSound, std::memory_order_relaxed);
    }
    let_go(me);
    return {};
  }

  /// operation_not_permitted when the caller does not hold the lock, invalid_argument when it was not told of a death.
  std::error_code mark_consistent() {
    if (!is_held_by(Kernel::thread())) return std::make_error_code(std::errc::operation_not_permitted);
    if (condition_.load(std::memory_order_relaxed) != kTorn) return std::make_error_code(std::errc::invalid_argument);
    condition_.store(kSound, std::memory_order_relaxed);
    return {};
  }

  /// Releases the lock for good; errors as mark_consistent().
  std::error_code mark_unrecoverable() {
    if (!is_held_by(Kernel::thread())) return std::make_error_code(std::errc::operation_not_permitted);
    if (condition_.load(std::memory_order_relaxed) != kTorn) return std::make_error_code(std::errc::invalid_argument);
    condition_.store(kGivenUp, std::memory_order_relaxed);
    return release();
  }

  /// Whether somebody held the lock at some moment of the call; a hint, no more.
  [[nodiscard]] bool locked() const { return (word_.load(std::memory_order_relaxed) & kOwner) != 0; }

  /// Whether the calling thread holds the lock. Exact.
  [[nodiscard]] bool owned() const { return is_held_by(Kernel::thread()); }

  /// For models of a kernel.
  [[nodiscard]] typename P::template Atomic<std::uint32_t>& word() { return word_; }

 private:
  static constexpr std::uint32_t kSound = 0;
  static constexpr std::uint32_t kTorn = 1;
  static constexpr std::uint32_t kGivenUp = 2;

  /// Exact: a thread writes its own number, and takes it back before it stops being the owner.
  bool is_held_by(std::uint32_t thread) const {
    const std::uint32_t owner = word_.load(std::memory_order_relaxed) & kOwner;
    return Rules::kOwnerAloneReleases ? owner == thread : owner != 0;
  }

  [[gnu::noinline]] Status take_contended(std::uint32_t me, std::uint32_t seen, Deadline deadline) {
    for (bool in_time = deadline > kAtOnce;;) {
      if ((seen & kOwner) == 0) {
        const bool died = (seen & kOwnerDied) != 0;
        const std::uint32_t kept = Rules::kRecoveryKeepsWaiters || !died ? seen & kWaiters : 0;
        // (2) acquire: synchronizes with the release (3, 4)
        if (word_.compare_exchange_strong(seen, me | kept, std::memory_order_acquire, std::memory_order_relaxed)) return taken(died);
        continue;
      }
      if ((seen & kOwner) == me) return refused(Status::would_deadlock);
      // Whoever holds a lock that was given up wakes everybody when it lets go.
      if (condition_.load(std::memory_order_relaxed) == kGivenUp) return refused(Status::not_recoverable);
      if (!in_time) return refused(Status::timeout);
      if ((seen & kWaiters) == 0 &&
          !word_.compare_exchange_strong(seen, seen | kWaiters, std::memory_order_relaxed, std::memory_order_relaxed)) {
        continue;
      }
      in_time = P::park(word_, seen | kWaiters, deadline);
      seen = word_.load(std::memory_order_relaxed);
    }
  }

  Status refused(Status status) {
    Kernel::settle();
    return status;
  }

  Status taken(bool owner_died) {
    Kernel::enter(links_);
    Kernel::settle();
    const std::uint32_t condition = condition_.load(std::memory_order_relaxed);
    if (!owner_died && condition == kSound) [[likely]]
      return Status::acquired;
    if (condition == kGivenUp) {
      let_go(word_.load(std::memory_order_relaxed) & kOwner);
      return Status::not_recoverable;
    }
    if (!Rules::kDeathIsTold) return Status::acquired;
    // Killed before this store, we are an owner that died, and the next one is told.
    condition_.store(kTorn, std::memory_order_relaxed);
    return Status::owner_died;
  }

  void let_go(std::uint32_t me) {
    Kernel::announce(links_);
    Kernel::leave(links_);
    std::uint32_t seen = me;
    // (3) release: synchronizes with the acquire (1, 2)
    if (!word_.compare_exchange_strong(seen, 0, std::memory_order_release, std::memory_order_relaxed)) [[unlikely]]
      let_waiters_in(seen);
    Kernel::settle();
  }

  [[gnu::noinline]] void let_waiters_in(std::uint32_t seen) {
    const bool given_up = condition_.load(std::memory_order_relaxed) == kGivenUp;
    // (4) release: synchronizes with the acquire (1, 2), which read what the kernel writes next: a release sequence. Changes nothing else.
    (void)word_.fetch_or(kWaiters, std::memory_order_release);
    // A wrong hint costs a needless wake now or later, and nothing else.
    if (!given_up && Kernel::has_sleepers(word_, seen)) {
      Kernel::pass_on(word_);
    } else {
      Kernel::open_to_all(word_);
    }
  }

  /// kOwner: the holder's number. Zero there means free, or that the last holder died: then kOwnerDied is set.
  /// kWaiters may be set without a sleeper; it is never clear while a thread sleeps that nobody is about to wake. It is cleared only
  /// together with waking all.
  typename P::template Atomic<std::uint32_t> word_{0};
  /// Written by the holder alone. kTorn only while held by one that was told of a death, kGivenUp for ever.
  typename P::template Atomic<std::uint32_t> condition_{kSound};
  [[no_unique_address]] typename Kernel::Links links_;
};

}  // namespace proberen::detail
