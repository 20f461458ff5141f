#include "models/runtime/sync/clock.hpp"

#include <sched.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/memory_functions.hpp"

namespace proberen::runtime {

std::int64_t duration_ns(const timespec* duration) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(duration->tv_sec), std::int64_t{1'000'000'000}, &result)) return INT64_MAX / 2;
  return result + duration->tv_nsec;
}

std::int64_t deadline_ns(clockid_t, const timespec* deadline) { return duration_ns(deadline) - kEpoch_ns; }

timespec now() {
  effect();  // a loop that looks at the clock does not go round for ever
  current->clock_ns += 1000;
  const std::int64_t time = kEpoch_ns + current->clock_ns;
  return {static_cast<time_t>(time / 1'000'000'000), static_cast<long>(time % 1'000'000'000)};
}

namespace {

/// A sleep is over whenever others have run: it is a yield that takes time. No effect: who never looks at the clock sees no difference, and
/// to look at it is one.
void sleep_for(std::int64_t nanoseconds) {
  if (nanoseconds > 0) current->clock_ns += nanoseconds;
  engine().yield();
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int clock_gettime(clockid_t clock, timespec* result) {
  if (!explored()) return PROBEREN_REAL(clock_gettime)(clock, result);
  PROBEREN_ENTER();
  announce(result, sizeof(*result), true, site);
  *result = now();
  return 0;
}

PROBEREN_INTERPOSED int gettimeofday(timeval* result, void* zone) noexcept {
  if (!explored()) return PROBEREN_REAL(gettimeofday)(result, zone);
  PROBEREN_ENTER();
  announce(result, sizeof(*result), true, site);
  const timespec time = now();
  *result = {time.tv_sec, time.tv_nsec / 1000};
  return 0;
}

PROBEREN_INTERPOSED time_t time(time_t* result) noexcept {
  if (!explored()) return PROBEREN_REAL(time)(result);
  PROBEREN_ENTER();
  if (result != nullptr) announce(result, sizeof(*result), true, site);
  const time_t seconds = now().tv_sec;
  if (result != nullptr) *result = seconds;
  return seconds;
}

PROBEREN_INTERPOSED int timespec_get(timespec* result, int base) noexcept {
  if (!explored()) return PROBEREN_REAL(timespec_get)(result, base);
  PROBEREN_ENTER();
  announce(result, sizeof(*result), true, site);
  *result = now();
  return base;
}

PROBEREN_INTERPOSED int nanosleep(const timespec* duration, timespec* left) {
  if (!explored()) return PROBEREN_REAL(nanosleep)(duration, left);
  const Inside inside;
  if (!is_time(duration)) {
    errno = EINVAL;
    return -1;
  }
  sleep_for(duration_ns(duration));
  return 0;
}

PROBEREN_INTERPOSED int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  if (!explored()) return PROBEREN_REAL(clock_nanosleep)(clock, flags, time, left);
  const Inside inside;
  if (!is_time(time)) return EINVAL;
  sleep_for((flags & TIMER_ABSTIME) != 0 ? deadline_ns(clock, time) - current->clock_ns : duration_ns(time));
  return 0;
}

PROBEREN_INTERPOSED int usleep(useconds_t microseconds) {
  if (!explored()) return PROBEREN_REAL(usleep)(microseconds);
  const Inside inside;
  sleep_for(std::int64_t{1000} * microseconds);
  return 0;
}

PROBEREN_INTERPOSED unsigned sleep(unsigned seconds) {
  if (!explored()) return PROBEREN_REAL(sleep)(seconds);
  const Inside inside;
  sleep_for(std::int64_t{1'000'000'000} * seconds);
  return 0;
}

PROBEREN_INTERPOSED int thrd_sleep(const timespec* duration, timespec* left) {
  if (!explored()) return PROBEREN_REAL(thrd_sleep)(duration, left);
  const Inside inside;
  if (!is_time(duration)) return -2;  // as in glibc
  sleep_for(duration_ns(duration));
  return 0;
}

PROBEREN_INTERPOSED int sched_yield() noexcept {
  if (!explored()) return PROBEREN_REAL(sched_yield)();
  const Inside inside;
  engine().yield();
  return 0;
}

PROBEREN_INTERPOSED void thrd_yield() {
  if (!explored()) return PROBEREN_REAL(thrd_yield)();
  const Inside inside;
  engine().yield();
}
