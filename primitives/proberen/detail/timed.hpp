/// What timed operations share: one way to wait until an instant of any clock, one way to read Python's (blocking, timeout) arguments.
#pragma once

#include <chrono>
#include <stdexcept>

#include "proberen/deadline.hpp"

namespace proberen {

/// The timeout that stands for none, as in Python's `acquire(True, -1)`.
inline constexpr std::chrono::seconds kNoTimeout{-1};

namespace detail {

/// The deadline that `acquire(blocking, timeout)` asks for; `now` itself for a call that must not block. Throws std::invalid_argument for a
/// timeout on a call that does not block and for a negative timeout other than kNoTimeout.
template <class Rep, class Period>
[[nodiscard]] Deadline requested_deadline(Deadline now, bool blocking, std::chrono::duration<Rep, Period> timeout) {
  using Seconds = std::chrono::duration<long double>;  // a common integral type may not hold either
  const bool none = Seconds(timeout) == Seconds(kNoTimeout);
  if (!blocking && !none) throw std::invalid_argument("a call that does not block takes no timeout");
  if (!blocking) return now;
  if (none) return kForever;
  if (timeout < timeout.zero()) throw std::invalid_argument("a timeout is not negative (kNoTimeout waits for ever)");
  return deadline_after(now, timeout);
}

/// Runs `attempt(Deadline)` until it is true or `instant` has passed on its own clock. A clock other than the steady one may be set while
/// we wait, so it is asked again after each attempt (ISO C++ [thread.req.timing]).
template <class P, class Clock, class Duration, class Attempt>
bool attempt_until(const std::chrono::time_point<Clock, Duration>& instant, Attempt&& attempt) {
  if constexpr (std::is_same_v<Clock, SteadyClock>) {
    return attempt(deadline_at(instant));
  } else {
    using Seconds = std::chrono::duration<long double>;
    for (;;) {
      const auto left = [&] { return Seconds(instant.time_since_epoch()) - Seconds(Clock::now().time_since_epoch()); };
      if (attempt(deadline_after(P::now(), left()))) return true;
      if (left() <= Seconds::zero()) return false;
    }
  }
}

}  // namespace detail
}  // namespace proberen
