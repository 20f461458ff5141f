// Timed locks of mutexes, and the locks that a loop may come back to.

#include <threads.h>
#include <ctime>

#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/mutex.hpp"

using namespace proberen::runtime;  // NOLINT: this is the C library's interface

PROBEREN_INTERPOSED int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_timedlock)(mutex, deadline);
  PROBEREN_ENTER();
  return mutex_timed_lock(mutex, CLOCK_REALTIME, deadline, site);
}

PROBEREN_INTERPOSED int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_clocklock)(mutex, clock, deadline);
  PROBEREN_ENTER();
  if (!waits_by(clock)) return EINVAL;
  return mutex_timed_lock(mutex, clock, deadline, site);
}

PROBEREN_HIDDEN int proberen_native_pthread_mutex_lock(pthread_mutex_t* mutex) { return PROBEREN_REAL(pthread_mutex_lock)(mutex); }
PROBEREN_HIDDEN int proberen_explored_pthread_mutex_lock(pthread_mutex_t* mutex) {
  PROBEREN_ENTER_LOOKING(mutex);
  return mutex_lock(mutex, site);
}

PROBEREN_HIDDEN int proberen_native_mtx_lock(mtx_t* mutex) { return PROBEREN_REAL(mtx_lock)(mutex); }
PROBEREN_HIDDEN int proberen_explored_mtx_lock(mtx_t* mutex) {
  PROBEREN_ENTER_LOOKING(mutex);
  const int error = mutex_lock(reinterpret_cast<pthread_mutex_t*>(mutex), site);
  return error == 0 ? thrd_success : thrd_error;
}

PROBEREN_HIDDEN int proberen_native_pthread_mutex_trylock(pthread_mutex_t* mutex) { return PROBEREN_REAL(pthread_mutex_trylock)(mutex); }
PROBEREN_HIDDEN int proberen_explored_pthread_mutex_trylock(pthread_mutex_t* mutex) {
  PROBEREN_ENTER_LOOKING(mutex);
  return mutex_try_lock(mutex, site);
}

PROBEREN_HIDDEN int proberen_native_mtx_trylock(mtx_t* mutex) { return PROBEREN_REAL(mtx_trylock)(mutex); }
PROBEREN_HIDDEN int proberen_explored_mtx_trylock(mtx_t* mutex) {
  PROBEREN_ENTER_LOOKING(mutex);
  return mutex_try_lock(reinterpret_cast<pthread_mutex_t*>(mutex), site) == 0 ? thrd_success : thrd_busy;
}
