/// Deadlines: absolute instants of the monotonic clock, with saturating arithmetic.
///
/// Every timed operation turns its relative timeout into a Deadline once, on entry, so that a wait that is interrupted and
/// resumed never grows (POSIX.1-2017 rationale of pthread_cond_timedwait; Python PEP 475).
#pragma once

#include <chrono>

namespace proberen {

using SteadyClock = std::chrono::steady_clock;

/// An instant of CLOCK_MONOTONIC; `kForever` means that the wait has no end.
using Deadline = SteadyClock::time_point;

inline constexpr Deadline kForever = Deadline::max();

/// The deadline `timeout` after `now`. Saturates: a timeout too large to represent is `kForever`; one that is zero or negative
/// is `now`. Rounds up to the clock's tick, so that a wait until it is never early.
template <class Rep, class Period>
[[nodiscard]] constexpr Deadline deadline_after(Deadline now, std::chrono::duration<Rep, Period> timeout) {
  using Timeout = std::chrono::duration<Rep, Period>;
  if (!(timeout > Timeout::zero())) return now;
  // Compared as floating point: the integral conversion is what would overflow.
  using Seconds = std::chrono::duration<long double>;
  const Seconds room = std::chrono::duration_cast<Seconds>(kForever - now);
  if (std::chrono::duration_cast<Seconds>(timeout) >= room) return kForever;
  return now + std::chrono::ceil<SteadyClock::duration>(timeout);
}

/// The deadline at `instant`. Saturates: an instant beyond what a Deadline holds is `kForever`, one before it is the earliest. Rounds up to
/// the clock's tick.
template <class Duration>
[[nodiscard]] constexpr Deadline deadline_at(std::chrono::time_point<SteadyClock, Duration> instant) {
  using Seconds = std::chrono::duration<long double>;
  const Seconds since = std::chrono::duration_cast<Seconds>(instant.time_since_epoch());
  if (since >= std::chrono::duration_cast<Seconds>(kForever.time_since_epoch())) return kForever;
  if (since <= std::chrono::duration_cast<Seconds>(Deadline::min().time_since_epoch())) return Deadline::min();
  return Deadline(std::chrono::ceil<SteadyClock::duration>(instant.time_since_epoch()));
}

}  // namespace proberen
