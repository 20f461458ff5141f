/// Sleepers: sleep until a condition that others make true; a waiter that is killed leaves nothing behind that could mislead those others.
///
/// An eventcount, like detail::EventCount, with one bit where that one counts its waiters: a count would stay too high for ever when a
/// waiter dies, a bit is merely set once more than needed. The price is at most one needless wake for each sleep.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::ipc::detail {

/// How long a sleeper sleeps before it looks again by itself. None: until it is woken.
inline constexpr std::chrono::milliseconds kUntilWoken{0};

template <Platform P>
class Sleepers {
 public:
  /// Call after the condition has become true for somebody. Wakes up to `count`; costs a load while nobody sleeps. With a count below the
  /// number of sleepers, one whose wait() has succeeded must call notify() again when the condition still holds: two calls of notify() may
  /// have found one sleeper's bit between them.
  void notify(std::uint32_t count) {
    // Pairs with the heavy fence in wait(): either this load sees the bit, or the waiter's look sees the condition.
    P::light_fence();
    const std::uint32_t word = word_.load(std::memory_order_relaxed);
    if ((word & kAsleep) != 0) [[unlikely]]
      wake(word, count);
  }

  /// Returns `ready()`'s true, or false when the deadline passed and one more `ready()` was false. Looks again every `patience`, since one
  /// who is killed between making the condition true and notify() wakes nobody.
  template <class Ready>
  [[nodiscard]] bool wait(Ready ready, Deadline deadline, std::chrono::milliseconds patience) {
    for (bool in_time = true;;) {
      // After each sleep again, because the wake has cleared it and others may still lie here.
      const std::uint32_t word = word_.fetch_or(kAsleep, std::memory_order_relaxed) | kAsleep;
      P::heavy_fence();
      if (ready()) return true;
      if (!in_time) return false;
      const Deadline next = patience == kUntilWoken ? deadline : std::min(deadline, deadline_after(P::now(), patience));
      in_time = P::park(word_, word, next) || (next != deadline && !P::stopped(deadline));
    }
  }

 private:
  static constexpr std::uint32_t kAsleep = 1;

  [[gnu::noinline]] void wake(std::uint32_t word, std::uint32_t count) {
    do {
      if ((word & kAsleep) == 0) return;  // another notifier wakes
    } while (!word_.compare_exchange_weak(word, word + 1, std::memory_order_relaxed, std::memory_order_relaxed));
    P::unpark(word_, count);
  }

  /// The low bit: somebody may be asleep. Legal to be set when nobody is; illegal to be clear while one sleeps, unless one who was woken
  /// has not yet set it again (and if that one is killed first, the others' patience ends). Above it a number that every wake changes.
  typename P::template Atomic<std::uint32_t> word_{0};
};

}  // namespace proberen::ipc::detail
