// POSIX semaphores: the value is one location, where glibc has it. Behind it is how many threads wait, which is asked where the semaphore
// is destroyed, and whether it is.

#include <semaphore.h>

#include <cerrno>
#include <climits>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/memory_functions.hpp"
#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/destroyed.hpp"
#include "models/runtime/sync/timed_wait.hpp"

namespace proberen::runtime {
namespace {

struct Semaphore {
  unsigned value;
  unsigned waiters;  ///< glibc's place for them, too
  unsigned glibc_private[2];
  unsigned destroyed;  ///< or kDestroyed
};
static_assert(sizeof(Semaphore) <= sizeof(sem_t));
Semaphore& ours(sem_t* semaphore) { return *reinterpret_cast<Semaphore*>(semaphore); }
unsigned& waiters_of(sem_t* semaphore) { return ours(semaphore).waiters; }

void check_alive(sem_t* semaphore, const char* use, Site site) {
  runtime::check_alive(semaphore, sizeof(Semaphore), ours(semaphore).destroyed, "semaphore", use, site);
}

std::optional<Value> take(Value value) { return value == 0 ? std::nullopt : std::optional<Value>(value - 1); }

int refuse(int error) {
  errno = error;
  return -1;
}

int wait(sem_t* semaphore, Site site) {
  check_alive(semaphore, "wait", site);
  ++waiters_of(semaphore);
  engine().await_update(word(semaphore, Order::kAcquire, site), take, waiting_for("wait for semaphore", semaphore));
  --waiters_of(semaphore);
  effect();
  return 0;
}

int try_wait(sem_t* semaphore, Site site) {
  check_alive(semaphore, "wait", site);
  if (!engine().try_update(word(semaphore, Order::kAcquire, site), take)) return refuse(EAGAIN);
  effect();
  return 0;
}

int timed_wait(sem_t* semaphore, std::int64_t deadline, Site site) {
  if (try_wait(semaphore, site) == 0) return 0;
  if (engine().choose(2, site) == 0) {
    const TimedWait timed;
    return wait(semaphore, site);
  }
  effect();
  current->clock_ns = std::max(current->clock_ns, deadline);
  return refuse(ETIMEDOUT);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int sem_init(sem_t* semaphore, int shared, unsigned value) noexcept {
  if (!explored()) return PROBEREN_REAL(sem_init)(semaphore, shared, value);
  PROBEREN_ENTER();
  if (value > SEM_VALUE_MAX) return refuse(EINVAL);
  object_written(semaphore, sizeof(*semaphore), site);
  ours(semaphore).destroyed = 0;
  return PROBEREN_REAL(sem_init)(semaphore, shared, value);
}

PROBEREN_INTERPOSED int sem_destroy(sem_t* semaphore) noexcept {
  if (!explored()) return PROBEREN_REAL(sem_destroy)(semaphore);
  PROBEREN_ENTER();
  check_alive(semaphore, "destruction", site);
  if (waiters_of(semaphore) > 0) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("destruction of what threads wait for: semaphore", semaphore)), site, "destroy");
  }
  object_written(semaphore, sizeof(*semaphore), site);
  ours(semaphore).destroyed = kDestroyed;
  return 0;
}

PROBEREN_INTERPOSED int sem_post(sem_t* semaphore) noexcept {
  if (!explored()) return PROBEREN_REAL(sem_post)(semaphore);
  PROBEREN_ENTER();
  check_alive(semaphore, "post", site);
  effect();
  engine().update(word(semaphore, Order::kRelease, site), Rmw::kAdd, 1);
  return 0;
}

PROBEREN_INTERPOSED int sem_wait(sem_t* semaphore) {
  if (!explored()) return PROBEREN_REAL(sem_wait)(semaphore);
  PROBEREN_ENTER();
  return wait(semaphore, site);
}

PROBEREN_INTERPOSED int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(sem_timedwait)(semaphore, deadline);
  PROBEREN_ENTER();
  if (!is_time(deadline)) return refuse(EINVAL);
  return timed_wait(semaphore, deadline_ns(CLOCK_REALTIME, deadline), site);
}

PROBEREN_INTERPOSED int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(sem_clockwait)(semaphore, clock, deadline);
  PROBEREN_ENTER();
  if (!waits_by(clock) || !is_time(deadline)) return refuse(EINVAL);
  return timed_wait(semaphore, deadline_ns(clock, deadline), site);
}

PROBEREN_INTERPOSED int sem_getvalue(sem_t* semaphore, int* value) noexcept {
  if (!explored()) return PROBEREN_REAL(sem_getvalue)(semaphore, value);
  PROBEREN_ENTER();
  check_alive(semaphore, "look at the value", site);
  announce(value, sizeof(*value), true, site);
  *value = static_cast<int>(engine().load(word(semaphore, Order::kAcquire, site)));
  return 0;
}

PROBEREN_HIDDEN int proberen_native_sem_trywait(sem_t* semaphore) { return PROBEREN_REAL(sem_trywait)(semaphore); }

PROBEREN_HIDDEN int proberen_explored_sem_trywait(sem_t* semaphore) {
  PROBEREN_ENTER_LOOKING(semaphore);
  return try_wait(semaphore, site);
}
