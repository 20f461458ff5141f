#include "proberen/ipc/detail/robust_mutex.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sched.h>

#include "proberen/detail/stop.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc::detail {
namespace {

/// What can only happen to memory that somebody else wrote over; to go on would be to lose or double items silently.
[[noreturn]] void give_up(const char* call, int error) noexcept {
  std::fprintf(stderr, "proberen: %s on a queue's mutex: %s\n", call, ::strerror(error));
  std::abort();
}

[[maybe_unused]] timespec to_timespec(Deadline deadline) noexcept {
  using namespace std::chrono;
  const auto since_boot = deadline.time_since_epoch();
  if (since_boot < Deadline::duration::zero()) return {0, 0};
  const auto whole = floor<seconds>(since_boot);
  return {static_cast<std::time_t>(whole.count()), static_cast<long>(duration_cast<nanoseconds>(since_boot - whole).count())};
}

int lock_until(pthread_mutex_t& mutex, Deadline deadline) noexcept {
  int error = ::pthread_mutex_trylock(&mutex);
  if (deadline == kAtOnce) return error;
#if defined(__SANITIZE_THREAD__)
  // GCC 12's ThreadSanitizer does not know of pthread_mutex_clocklock, and would take its mutex for one that excludes nobody.
  for (; error == EBUSY; error = ::pthread_mutex_trylock(&mutex)) {
    if (SteadyClock::now() >= deadline) return ETIMEDOUT;
    ::sched_yield();
  }
#else
  const timespec end = to_timespec(deadline);
  if (error == EBUSY) error = ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &end);
#endif
  return error;
}

int lock_unless_stopped(pthread_mutex_t& mutex, Deadline deadline) noexcept {
  // The C library's mutex knows of no stop.
  constexpr std::chrono::milliseconds kLookAgain{10};
  const bool looks_again = proberen::detail::StopScope::current() != nullptr;
  for (;;) {
    const Deadline next = looks_again ? std::min(deadline, deadline_after(SteadyClock::now(), kLookAgain)) : deadline;
    const int error = lock_until(mutex, next);
    if (error != ETIMEDOUT || next == deadline || SharedPlatform::stopped(deadline)) return error;
  }
}

}  // namespace

RobustMutex::RobustMutex() noexcept {
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  const int error = ::pthread_mutex_init(&mutex_, &attributes);
  ::pthread_mutexattr_destroy(&attributes);
  if (error != 0) give_up("pthread_mutex_init", error);
}

LockOutcome RobustMutex::acquire(Deadline deadline) noexcept {
  const int error = deadline == kForever ? ::pthread_mutex_lock(&mutex_) : lock_unless_stopped(mutex_, deadline);
  if (error == 0) [[likely]]
    return LockOutcome::acquired;
  if (error == EOWNERDEAD) {
    ::pthread_mutex_consistent(&mutex_);
    return LockOutcome::owner_died;
  }
  if (error == ETIMEDOUT || error == EBUSY) return LockOutcome::timeout;
  give_up("pthread_mutex_lock", error);
}

void RobustMutex::release() noexcept {
  if (const int error = ::pthread_mutex_unlock(&mutex_); error != 0) [[unlikely]]
    give_up("pthread_mutex_unlock", error);
}

}  // namespace proberen::ipc::detail
