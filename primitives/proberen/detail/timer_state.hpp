/// TimerState: the word that says where a one-shot timer is in its life, and on which those sleep who wait for the end of it.
///
///   idle ──▶ armed ──▶ running ──▶ fired
///    │         └────────────────▶ cancelled
///    └──▶ revoked ────────────────▶ │          cancelled before it was started
///
/// Whoever changes the phase holds the lock of the timer's queue; waiting needs no lock. settle() is one read-modify-write, after which
/// nothing but the word's address is used: whoever sees the end may free the timer at once.
#pragma once

#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::detail {

enum class TimerPhase : std::uint32_t { idle, revoked, armed, running, fired, cancelled };

[[nodiscard]] constexpr bool is_over(TimerPhase phase) { return phase == TimerPhase::fired || phase == TimerPhase::cancelled; }

template <Platform P>
class TimerState {
 public:
  /// The phase; all that the callback did is known to whoever sees `fired`.
  [[nodiscard]] TimerPhase phase() const {
    // (1) acquire: synchronizes with the release (3)
    return phase_of(word_.load(std::memory_order_acquire));
  }

  /// Goes on to a phase that is not the last one. Call it only with the queue's lock held.
  void advance(TimerPhase from, TimerPhase to) {
    // An addition, because a store would forget a waiter that has just noted itself.
    word_.fetch_add(static_cast<std::uint32_t>(to) - static_cast<std::uint32_t>(from), std::memory_order_relaxed);
  }

  /// Ends the timer's life as `fired` or `cancelled` and wakes all who wait for it. Call it only with the queue's lock held.
  void settle(TimerPhase last) {
    // (3) release: synchronizes with the acquire (1, 2)
    const std::uint32_t before = word_.exchange(static_cast<std::uint32_t>(last), std::memory_order_release);
    if ((before & kWaited) != 0) P::unpark(word_, kWakeAll);
  }

  /// Waits until the timer is over; false when the deadline passed first.
  [[nodiscard]] bool wait(Deadline deadline) {
    for (bool in_time = true;;) {
      // (2) acquire: synchronizes with the release (3)
      std::uint32_t word = word_.load(std::memory_order_acquire);
      if (is_over(phase_of(word))) return true;
      if (!in_time) return false;
      const std::uint32_t waited = word | kWaited;
      if (word == waited || word_.compare_exchange_weak(word, waited, std::memory_order_relaxed, std::memory_order_relaxed)) {
        in_time = P::park(word_, waited, deadline);
      }
    }
  }

  /// Ends the life of a timer whose waiters do not exist in this process: for the child of a fork, which has one thread.
  void settle_alone(TimerPhase last) { word_.store(static_cast<std::uint32_t>(last), std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kWaited = 8;

  static TimerPhase phase_of(std::uint32_t word) { return static_cast<TimerPhase>(word & (kWaited - 1)); }

  /// The phase, and kWaited. It is legal for kWaited to be set though nobody waits any more; it is never clear while a thread is parked on
  /// the word: a waiter sets it before it parks, and only settle(), which wakes all, takes it away.
  typename P::template Atomic<std::uint32_t> word_{static_cast<std::uint32_t>(TimerPhase::idle)};
};

}  // namespace proberen::detail
