/// Clock: the time that an explored thread sees. Every thread has its own: it advances a little whenever it is asked, and to the deadline
/// when a wait has expired or a sleep is over; a new thread starts with its creator's. So a look at the clock depends on nothing but what
/// the thread itself has done. All clocks show the same time.
#pragma once

#include <cstdint>
#include <ctime>

namespace proberen::runtime {

/// What all clocks show when an execution begins.
inline constexpr std::int64_t kEpoch_ns = 1'000'000'000LL * 1'000'000'000LL;

/// A point of time as a Fiber's clock counts it.
[[nodiscard]] std::int64_t deadline_ns(clockid_t clock, const timespec* deadline);
[[nodiscard]] std::int64_t duration_ns(const timespec* duration);
/// Whether it is one: others are refused with EINVAL.
[[nodiscard]] inline bool is_time(const timespec* time) { return time->tv_nsec >= 0 && time->tv_nsec < 1'000'000'000; }
/// Whether a wait may have a deadline by this clock.
[[nodiscard]] inline bool waits_by(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC; }
/// The time now; asking takes a little of it.
[[nodiscard]] timespec now();

}  // namespace proberen::runtime
