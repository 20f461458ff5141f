#include "proberen/ipc/detail/robust_mutex.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace proberen::ipc::detail {
namespace {

/// What can only happen to memory that somebody else wrote over; to go on would be to lose or double items silently.
[[noreturn]] void give_up(const char* call, int error) noexcept {
  std::fprintf(stderr, "proberen: %s on a queue's mutex: %s\n", call, ::strerror(error));
  std::abort();
}

timespec to_timespec(Deadline deadline) noexcept {
  using namespace std::chrono;
  const auto since_boot = deadline.time_since_epoch();
  if (since_boot < Deadline::duration::zero()) return {0, 0};
  const auto whole = floor<seconds>(since_boot);
  return {static_cast<std::time_t>(whole.count()), static_cast<long>(duration_cast<nanoseconds>(since_boot - whole).count())};
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
  int error = 0;
  if (deadline == kForever) {
    error = ::pthread_mutex_lock(&mutex_);
  } else {
    error = ::pthread_mutex_trylock(&mutex_);
    if (error == EBUSY) {
      const timespec end = to_timespec(deadline);
      error = ::pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &end);
    }
  }
  if (error == 0) [[likely]]
    return LockOutcome::acquired;
  if (error == EOWNERDEAD) {
    ::pthread_mutex_consistent(&mutex_);
    return LockOutcome::owner_died;
  }
  if (error == ETIMEDOUT) return LockOutcome::timeout;
  give_up("pthread_mutex_lock", error);
}

void RobustMutex::release() noexcept {
  if (const int error = ::pthread_mutex_unlock(&mutex_); error != 0) [[unlikely]]
    give_up("pthread_mutex_unlock", error);
}

}  // namespace proberen::ipc::detail
