/// Semaphore and BoundedSemaphore: E. W. Dijkstra's P ("proberen") and V, after Python's threading.Semaphore and
/// threading.BoundedSemaphore.
///
/// One 64-bit word holds the value and the number of waiters, as in glibc's new_sem (glibc 2.21): a release is one read-modify-write, after
/// which nothing but the word's address is used (but where it is refused: that one takes its unit back). So whoever acquires may free the
/// memory at once (glibc bug 12674). No fairness promise; no unit is lost. Trivially destructible, standard layout.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <utility>

#include "proberen/default_platform.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/scope.hpp"

namespace proberen {

template <Platform P>
class BasicBoundedSemaphore;

template <Platform P>
class BasicSemaphore {
 public:
  static constexpr Scope kScope = kScopeOf<P>;

  /// The most units that a semaphore can have: SEM_VALUE_MAX.
  [[nodiscard]] static constexpr std::int64_t max() noexcept { return std::numeric_limits<std::int32_t>::max(); }

  /// Throws std::invalid_argument when `value` is negative or above max().
  constexpr explicit BasicSemaphore(std::int64_t value = 1) : word_(checked(value)) {}
  BasicSemaphore(const BasicSemaphore&) = delete;
  BasicSemaphore& operator=(const BasicSemaphore&) = delete;

  /// Takes one unit, waiting as long as it takes; with `blocking` false, only when there is one. True when a unit is taken.
  bool acquire(bool blocking = true) { return try_acquire() || (blocking && take_contended(kForever)); }

  /// Takes one unit, waiting at most `timeout`; never gives up early. kNoTimeout waits for ever. Throws std::invalid_argument for any other
  /// negative timeout, and for a timeout when `blocking` is false.
  template <class Rep, class Period>
  bool acquire(bool blocking, std::chrono::duration<Rep, Period> timeout) {
    const Deadline deadline = detail::requested_deadline(P::now(), blocking, timeout);
    return try_acquire() || (blocking && take_contended(deadline));
  }

  /// Takes one unit, waiting until a stop is requested: false, and none is taken, when that comes first. With a stop requested before, only
  /// when there is a unit.
  bool acquire(const std::stop_token& token) {
    return try_acquire() || detail::until_stopped(token, [this](Deadline deadline) { return take_contended(deadline); });
  }

  [[nodiscard]] bool try_acquire() {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (value_of(word) > 0) {
      // (1) acquire: synchronizes with the release (3, 4)
      if (word_.compare_exchange_weak(word, word - 1, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  template <class Rep, class Period>
  [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_acquire() || take_contended(deadline_after(P::now(), timeout));
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return detail::attempt_until<P>(instant, [this](Deadline deadline) { return try_acquire() || take_contended(deadline); });
  }

  /// Gives `units` back and wakes as many waiters. invalid_argument for less than one unit; value_too_large when there would be more than
  /// max(); then nothing changes. Of several releases that would pass max() at the same time more may be refused than need be.
  std::error_code release(std::int64_t units = 1) {
    if (units != 1) [[unlikely]]
      return release_up_to(units, max());
    // No look before the step: a load costs as much as the step itself where the step before was one, as acquire's is.
    // (4) release: synchronizes with the acquire (1, 2)
    const std::uint64_t before = word_.fetch_add(1, std::memory_order_release);
    if (value_of(before) >= max()) [[unlikely]] {
      word_.fetch_add(~std::uint64_t{0}, std::memory_order_relaxed);  // takes it back
      return std::make_error_code(std::errc::value_too_large);
    }
    wake(before, 1);
    return {};
  }

  /// The units at some moment of the call; a hint, no more.
  [[nodiscard]] std::int64_t value() const { return std::min(value_of(word_.load(std::memory_order_relaxed)), max()); }

 private:
  friend class BasicBoundedSemaphore<P>;

  std::error_code release_up_to(std::int64_t units, std::int64_t limit) {
    if (units < 1) [[unlikely]]
      return std::make_error_code(std::errc::invalid_argument);
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    do {
      if (units > limit - value_of(word)) [[unlikely]]
        return std::make_error_code(std::errc::value_too_large);
      // (3) release: synchronizes with the acquire (1, 2)
    } while (
        !word_.compare_exchange_weak(word, word + static_cast<std::uint64_t>(units), std::memory_order_release, std::memory_order_relaxed));
    wake(word, static_cast<std::uint64_t>(units));
    return {};
  }

  static constexpr int kSpins = 100;
  static constexpr int kWaiterShift = 32;
  static constexpr std::uint64_t kOneWaiter = std::uint64_t{1} << kWaiterShift;

  static constexpr std::uint64_t checked(std::int64_t value) {
    if (value < 0 || value > max()) throw std::invalid_argument("a semaphore's value is from 0 to 2147483647");
    return static_cast<std::uint64_t>(value);
  }
  static constexpr std::int64_t value_of(std::uint64_t word) { return static_cast<std::int64_t>(word & (kOneWaiter - 1)); }

  /// Wakes as many waiters as there were, but no more than `units`. The semaphore may be gone: only its address is used.
  void wake(std::uint64_t word_before, std::uint64_t units) {
    const std::uint64_t waiters = word_before >> kWaiterShift;
    if (waiters > 0) [[unlikely]]
      P::unpark(word_, static_cast<std::uint32_t>(std::min(waiters, units)));
  }

  /// Looks for a unit a little longer before it waits: two threads that take turns then seldom sleep, and a waiter that is counted makes
  /// every release call the kernel. Pauses that double leave the word to the thread that has it: it comes and goes while we look away.
  [[gnu::noinline]] bool take_contended(Deadline deadline) {
    for (int left = std::min(P::spin_limit(), kSpins), pause = 1; left > 0; left -= pause, pause *= 2) {
      for (int i = 0; i < pause; ++i) P::relax();
      if (try_acquire()) return true;
    }
    return take_waiting(deadline);
  }

  bool take_waiting(Deadline deadline) {
    std::uint64_t word = word_.fetch_add(kOneWaiter, std::memory_order_relaxed) + kOneWaiter;
    for (bool in_time = true;;) {
      if (value_of(word) > 0) {
        // (2) acquire: synchronizes with the release (3, 4)
        if (word_.compare_exchange_weak(word, word - 1 - kOneWaiter, std::memory_order_acquire, std::memory_order_relaxed)) return true;
      } else if (!in_time) {
        // Leaves only while there is no unit, in one step, so that no wake meant for us goes astray.
        if (word_.compare_exchange_weak(word, word - kOneWaiter, std::memory_order_relaxed, std::memory_order_relaxed)) return false;
      } else {
        in_time = P::park(word_, 0, deadline);
        word = word_.load(std::memory_order_relaxed);
      }
    }
  }

  /// Low half: the units. High half: the threads that are parked or about to park; never less, so that no release fails to wake. Both
  /// change in one step, so a release sees every waiter whose look at the units came before it.
  typename P::template Atomic<std::uint64_t> word_;
};

/// A semaphore that refuses to have more units than it began with. The refusal is exact, races or not. Not derived from BasicSemaphore:
/// then its layout would not be standard, and processes could not share it.
template <Platform P>
class BasicBoundedSemaphore {
 public:
  static constexpr Scope kScope = kScopeOf<P>;

  [[nodiscard]] static constexpr std::int64_t max() noexcept { return BasicSemaphore<P>::max(); }

  constexpr explicit BasicBoundedSemaphore(std::int64_t value = 1) : semaphore_(value), limit_(value) {}

  /// As Semaphore's.
  bool acquire(bool blocking = true) { return semaphore_.acquire(blocking); }
  template <class Rep, class Period>
  bool acquire(bool blocking, std::chrono::duration<Rep, Period> timeout) {
    return semaphore_.acquire(blocking, timeout);
  }
  bool acquire(const std::stop_token& token) { return semaphore_.acquire(token); }
  [[nodiscard]] bool try_acquire() { return semaphore_.try_acquire(); }
  template <class Rep, class Period>
  [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
    return semaphore_.try_acquire_for(timeout);
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return semaphore_.try_acquire_until(instant);
  }

  /// As Semaphore::release; value_too_large when there would be more units than at first.
  std::error_code release(std::int64_t units = 1) { return semaphore_.release_up_to(units, limit_); }

  [[nodiscard]] std::int64_t value() const { return semaphore_.value(); }
  [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }

 private:
  BasicSemaphore<P> semaphore_;
  std::int64_t limit_;
};

/// One unit held, given back at the end of the scope.
template <class AnySemaphore>
class Permit {
 public:
  /// Acquires, waiting as long as it takes.
  explicit Permit(AnySemaphore& semaphore) : semaphore_(&semaphore) { semaphore.acquire(); }
  Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    Permit(std::move(other)).swap(*this);
    return *this;
  }
  ~Permit() {
    if (semaphore_ != nullptr) (void)semaphore_->release();
  }
  void swap(Permit& other) noexcept { std::swap(semaphore_, other.semaphore_); }

 private:
  AnySemaphore* semaphore_;
};

using Semaphore = BasicSemaphore<DefaultPlatform>;
using BoundedSemaphore = BasicBoundedSemaphore<DefaultPlatform>;

namespace ipc {

/// Semaphores for memory that several processes map, at any address. A process that dies keeps its units. One that is killed between its
/// being woken and its taking a unit takes none, but others that wait do not hear of that unit before the next release (as with sem_t); who
/// must survive that gives its waits a timeout.
using Semaphore = BasicSemaphore<SharedPlatform>;
using BoundedSemaphore = BasicBoundedSemaphore<SharedPlatform>;

}  // namespace ipc
}  // namespace proberen
