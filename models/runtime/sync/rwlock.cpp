// Readers-writer locks: one location, 0 free, n read by n threads, kWriter written by one. Neither side is preferred: who gets it is a
// choice.

#include <pthread.h>

#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/destroyed.hpp"
#include "models/runtime/sync/timed_wait.hpp"

namespace proberen::runtime {
namespace {

constexpr unsigned kWriter = 0x8000'0000;

Access lock_word(const pthread_rwlock_t* lock, Order order, Site site) { return word(&lock->__data.__readers, order, site); }
/// In a place that glibc does not use.
unsigned& mark_of(pthread_rwlock_t* lock) { return lock->__data.__pad3; }
void check_alive(pthread_rwlock_t* lock, const char* use, Site site) {
  runtime::check_alive(lock, sizeof(*lock), mark_of(lock), "rwlock", use, site);
}
/// Only the writer itself can find its own number here.
bool written_by_me(const pthread_rwlock_t* lock) { return lock->__data.__cur_writer == current->id + 1; }

std::optional<Value> read_step(Value value) { return (value & kWriter) != 0 ? std::nullopt : std::optional<Value>(value + 1); }
std::optional<Value> write_step(Value value) { return value != 0 ? std::nullopt : std::optional<Value>(kWriter); }

int locked(pthread_rwlock_t* lock, bool write) {
  lock_taken(lock);
  if (write) lock->__data.__cur_writer = current->id + 1;
  return 0;
}

int lock_for(pthread_rwlock_t* lock, bool write, Site site) {
  check_alive(lock, "lock", site);
  if (written_by_me(lock)) return EDEADLK;
  const std::string_view what = waiting_for(write ? "write lock of rwlock" : "read lock of rwlock", lock);
  engine().await_update(lock_word(lock, Order::kAcquire, site), write ? write_step : read_step, what);
  return locked(lock, write);
}

int try_for(pthread_rwlock_t* lock, bool write, Site site) {
  check_alive(lock, "lock", site);
  if (written_by_me(lock)) return EBUSY;
  if (!engine().try_update(lock_word(lock, Order::kAcquire, site), write ? write_step : read_step)) return EBUSY;
  return locked(lock, write);
}

int timed_for(pthread_rwlock_t* lock, bool write, std::int64_t deadline, Site site) {
  if (written_by_me(lock)) return EDEADLK;
  if (try_for(lock, write, site) == 0) return 0;
  if (engine().choose(2, site) == 0) {
    const TimedWait wait;
    return lock_for(lock, write, site);
  }
  effect();
  current->clock_ns = std::max(current->clock_ns, deadline);
  return ETIMEDOUT;
}

int unlock(pthread_rwlock_t* lock, Site site) {
  check_alive(lock, "unlock", site);
  lock_given_up(lock);
  if (written_by_me(lock)) {
    lock->__data.__cur_writer = 0;
    engine().store(lock_word(lock, Order::kRelease, site), 0);
    return 0;
  }
  const Value before = engine().update(lock_word(lock, Order::kRelease, site), explore::Rmw::kSub, 1);
  if (before == 0 || (before & kWriter) != 0) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("unlock of what the thread has not locked: rwlock", lock)), site, "unlock");
  }
  return 0;
}

/// Whoever holds it has written that to its memory, too, or is not ordered with this, which is a race.
void destroy(pthread_rwlock_t* lock, Site site) {
  check_alive(lock, "destruction", site);
  if (lock->__data.__readers != 0) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("destruction of a locked rwlock", lock)), site, "destroy");
  }
  object_written(lock, sizeof(*lock), site);
  mark_of(lock) = kDestroyed;
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) {
  if (!explored()) return PROBEREN_REAL(pthread_rwlock_init)(lock, attributes);
  PROBEREN_ENTER();
  object_written(lock, sizeof(*lock), site);
  return PROBEREN_REAL(pthread_rwlock_init)(lock, attributes);
}

PROBEREN_INTERPOSED int pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  if (!explored()) return PROBEREN_REAL(pthread_rwlock_destroy)(lock);
  PROBEREN_ENTER();
  destroy(lock, site);
  return 0;
}

#define PROBEREN_RWLOCK(direction, write)                                                                                            \
  PROBEREN_HIDDEN int proberen_native_pthread_rwlock_##direction##lock(pthread_rwlock_t* lock) {                                     \
    return PROBEREN_REAL(pthread_rwlock_##direction##lock)(lock);                                                                    \
  }                                                                                                                                  \
  PROBEREN_HIDDEN int proberen_explored_pthread_rwlock_##direction##lock(pthread_rwlock_t* lock) {                                   \
    PROBEREN_ENTER_LOOKING(lock);                                                                                                    \
    return lock_for(lock, write, site);                                                                                              \
  }                                                                                                                                  \
  PROBEREN_INTERPOSED int pthread_rwlock_timed##direction##lock(pthread_rwlock_t* lock, const timespec* deadline) {                  \
    if (!explored()) return PROBEREN_REAL(pthread_rwlock_timed##direction##lock)(lock, deadline);                                    \
    PROBEREN_ENTER();                                                                                                                \
    if (!is_time(deadline)) return EINVAL;                                                                                           \
    return timed_for(lock, write, deadline_ns(CLOCK_REALTIME, deadline), site);                                                      \
  }                                                                                                                                  \
  PROBEREN_INTERPOSED int pthread_rwlock_clock##direction##lock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) { \
    if (!explored()) return PROBEREN_REAL(pthread_rwlock_clock##direction##lock)(lock, clock, deadline);                             \
    PROBEREN_ENTER();                                                                                                                \
    if (!waits_by(clock) || !is_time(deadline)) return EINVAL;                                                                       \
    return timed_for(lock, write, deadline_ns(clock, deadline), site);                                                               \
  }                                                                                                                                  \
  PROBEREN_HIDDEN int proberen_native_pthread_rwlock_try##direction##lock(pthread_rwlock_t* lock) {                                  \
    return PROBEREN_REAL(pthread_rwlock_try##direction##lock)(lock);                                                                 \
  }                                                                                                                                  \
  PROBEREN_HIDDEN int proberen_explored_pthread_rwlock_try##direction##lock(pthread_rwlock_t* lock) {                                \
    PROBEREN_ENTER_LOOKING(lock);                                                                                                    \
    return try_for(lock, write, site);                                                                                               \
  }

PROBEREN_RWLOCK(rd, false)
PROBEREN_RWLOCK(wr, true)

PROBEREN_INTERPOSED int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  if (!explored()) return PROBEREN_REAL(pthread_rwlock_unlock)(lock);
  PROBEREN_ENTER();
  return unlock(lock, site);
}
