/// Clocks that a timed wait may be given, and what it must not do with any of them: end early.
#pragma once

#include <chrono>

namespace proberen::test {

/// As the steady clock, counted from another epoch.
struct ShiftedClock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<ShiftedClock>;
  static constexpr bool is_steady = true;
  static time_point now() { return time_point(std::chrono::steady_clock::now().time_since_epoch() + std::chrono::years(30)); }
};

/// Runs at half speed: the wait that it asks for is twice as long as it looks.
struct SlowClock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SlowClock>;
  static constexpr bool is_steady = true;
  static time_point now() { return time_point(std::chrono::steady_clock::now().time_since_epoch() / 2); }
};

/// Whether `wait(timeout)` gives up (is false), and not before `timeout` has passed.
template <class Duration, class Wait>
[[nodiscard]] bool gives_up_in_time(Duration timeout, Wait wait) {
  const auto begin = std::chrono::steady_clock::now();
  const bool got = wait(timeout);
  return !got && std::chrono::steady_clock::now() - begin >= timeout;
}

/// Whether `wait(instant)` gives up, and not before `Clock` has reached the instant.
template <class Clock, class Duration, class Wait>
[[nodiscard]] bool gives_up_at(Duration timeout, Wait wait) {
  const auto instant = Clock::now() + timeout;
  const bool got = wait(instant);
  return !got && Clock::now() >= instant;
}

}  // namespace proberen::test
