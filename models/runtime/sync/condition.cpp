// Condition variables: a queue of sleeping threads, named by the address of the condition. The object's own memory remembers with which
// mutex threads are waiting, because two at once are misuse.

#include <threads.h>
#include <cerrno>
#include <cstddef>

#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/condition.hpp"
#include "models/runtime/sync/destroyed.hpp"

namespace proberen::runtime {
namespace {

/// In the condition's own memory, in front of where glibc has the attributes: what is here is zero at first.
struct Waiters {
  pthread_mutex_t* mutex;
  int count;           ///< threads that nobody has woken; one that was woken does not touch the object again
  unsigned destroyed;  ///< or kDestroyed
};
static_assert(sizeof(Waiters) <= offsetof(pthread_cond_t, __data.__wrefs));

Waiters& waiters_of(pthread_cond_t* condition) { return *reinterpret_cast<Waiters*>(condition); }

/// To sleep or to wake is no access of the object's memory, which must be alive all the same, and stay so.
Waiters& use(pthread_cond_t* condition, const char* how, Site site) {
  Waiters& waiters = waiters_of(condition);
  check_alive(condition, sizeof(waiters), waiters.destroyed, "condition", how, site);
  object_used(condition, sizeof(waiters), site);
  return waiters;
}

}  // namespace

int condition_wait(pthread_cond_t* condition, pthread_mutex_t* mutex, bool timed, std::int64_t deadline, Site site) {
  Waiters& waiters = use(condition, "wait", site);
  if (waiters.count > 0 && waiters.mutex != mutex) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("wait with another mutex than other waiters of condition", condition)), site,
         "wait");
  }
  const auto queue = reinterpret_cast<std::uintptr_t>(condition);
  effect();
  engine().enter_queue(queue, site);
  ++waiters.count;
  waiters.mutex = mutex;
  const Depth depth = mutex_release_all(mutex, site);
  if (depth.error != 0) {
    --waiters.count;
    return depth.error;
  }
  const bool may_expire = timed || session->options().spurious_failures;
  const bool woken = engine().sleep(queue, may_expire, site, waiting_for("wait for condition", condition));
  if (!woken) --waiters.count;
  effect();
  const int result = mutex_take_back(mutex, depth, site);
  if (result != 0 || woken || !timed) return result;
  current->clock_ns = std::max(current->clock_ns, deadline);
  return ETIMEDOUT;
}

void condition_wake(pthread_cond_t* condition, bool all, Site site) {
  Waiters& waiters = use(condition, "notification", site);
  effect();
  waiters.count -= engine().wake(reinterpret_cast<std::uintptr_t>(condition), all ? explore::kMaxThreads : 1, site);
}

void condition_destroy(pthread_cond_t* condition, Site site) {
  Waiters& waiters = use(condition, "destruction", site);
  if (waiters.count > 0) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("destruction of what threads wait for: condition", condition)), site, "destroy");
  }
  object_written(condition, sizeof(*condition), site);
  waiters.destroyed = kDestroyed;
}

clockid_t condition_clock(const pthread_cond_t* condition) {
  constexpr unsigned kMonotonic = 2;  // as in glibc
  return (condition->__data.__wrefs & kMonotonic) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* attributes) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_init)(condition, attributes);
  PROBEREN_ENTER();
  object_written(condition, sizeof(*condition), site);
  return PROBEREN_REAL(pthread_cond_init)(condition, attributes);
}

PROBEREN_INTERPOSED int pthread_cond_destroy(pthread_cond_t* condition) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_destroy)(condition);
  PROBEREN_ENTER();
  condition_destroy(condition, site);
  return 0;
}

PROBEREN_INTERPOSED int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_wait)(condition, mutex);
  PROBEREN_ENTER();
  return condition_wait(condition, mutex, false, 0, site);
}

PROBEREN_INTERPOSED int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_timedwait)(condition, mutex, deadline);
  PROBEREN_ENTER();
  if (!is_time(deadline)) return EINVAL;
  return condition_wait(condition, mutex, true, deadline_ns(condition_clock(condition), deadline), site);
}

PROBEREN_INTERPOSED int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                               const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_clockwait)(condition, mutex, clock, deadline);
  PROBEREN_ENTER();
  if (!waits_by(clock) || !is_time(deadline)) return EINVAL;
  return condition_wait(condition, mutex, true, deadline_ns(clock, deadline), site);
}

PROBEREN_INTERPOSED int pthread_cond_signal(pthread_cond_t* condition) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_signal)(condition);
  PROBEREN_ENTER();
  condition_wake(condition, false, site);
  return 0;
}

PROBEREN_INTERPOSED int pthread_cond_broadcast(pthread_cond_t* condition) {
  if (!explored()) return PROBEREN_REAL(pthread_cond_broadcast)(condition);
  PROBEREN_ENTER();
  condition_wake(condition, true, site);
  return 0;
}
