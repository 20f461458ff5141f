// <threads.h>: the C11 names. glibc's objects are the POSIX ones, with other names for the results.

#include <threads.h>

#include <cerrno>

#include "models/runtime/program.hpp"
#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/condition.hpp"
#include "models/runtime/sync/threads.hpp"

namespace proberen::runtime {
namespace {

int word_of(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    default:
      return thrd_error;
  }
}

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int thrd_create(thrd_t* handle, thrd_start_t function, void* argument) {
  if (!explored()) return PROBEREN_REAL(thrd_create)(handle, function, argument);
  PROBEREN_ENTER();
  *handle = create_thread({Start::kC11, reinterpret_cast<void*>(function), argument}, false, site);
  return thrd_success;
}

PROBEREN_INTERPOSED thrd_t thrd_current() { return explored() ? current->borrowed.handle : PROBEREN_REAL(thrd_current)(); }

PROBEREN_INTERPOSED int thrd_join(thrd_t handle, int* result) {
  if (!explored()) return PROBEREN_REAL(thrd_join)(handle, result);
  PROBEREN_ENTER();
  void* value = nullptr;
  const int error = join_thread(handle, &value, site);
  if (error == 0 && result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(value));
  return word_of(error);
}

PROBEREN_INTERPOSED int thrd_detach(thrd_t handle) {
  if (!explored()) return PROBEREN_REAL(thrd_detach)(handle);
  PROBEREN_ENTER();
  effect();
  return word_of(detach_thread(handle));
}

PROBEREN_INTERPOSED void thrd_exit(int result) { pthread_exit(reinterpret_cast<void*>(static_cast<std::intptr_t>(result))); }

PROBEREN_INTERPOSED int mtx_init(mtx_t* mutex, int type) {
  if (!explored()) return PROBEREN_REAL(mtx_init)(mutex, type);
  PROBEREN_ENTER();
  mutex_initialize(posix(mutex), site);
  return PROBEREN_REAL(mtx_init)(mutex, type);
}

PROBEREN_INTERPOSED void mtx_destroy(mtx_t* mutex) {
  if (!explored()) return PROBEREN_REAL(mtx_destroy)(mutex);
  PROBEREN_ENTER();
  mutex_destroy(posix(mutex), site);
}

PROBEREN_INTERPOSED int mtx_timedlock(mtx_t* mutex, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(mtx_timedlock)(mutex, deadline);
  PROBEREN_ENTER();
  return word_of(mutex_timed_lock(posix(mutex), CLOCK_REALTIME, deadline, site));
}

PROBEREN_INTERPOSED int mtx_unlock(mtx_t* mutex) {
  if (!explored()) return PROBEREN_REAL(mtx_unlock)(mutex);
  PROBEREN_ENTER();
  return word_of(mutex_unlock(posix(mutex), site));
}

PROBEREN_INTERPOSED int cnd_init(cnd_t* condition) {
  if (!explored()) return PROBEREN_REAL(cnd_init)(condition);
  PROBEREN_ENTER();
  object_written(condition, sizeof(*condition), site);
  return PROBEREN_REAL(cnd_init)(condition);
}

PROBEREN_INTERPOSED void cnd_destroy(cnd_t* condition) {
  if (!explored()) return PROBEREN_REAL(cnd_destroy)(condition);
  PROBEREN_ENTER();
  condition_destroy(posix(condition), site);
}

PROBEREN_INTERPOSED int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  if (!explored()) return PROBEREN_REAL(cnd_wait)(condition, mutex);
  PROBEREN_ENTER();
  return word_of(condition_wait(posix(condition), posix(mutex), false, 0, site));
}

PROBEREN_INTERPOSED int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(cnd_timedwait)(condition, mutex, deadline);
  PROBEREN_ENTER();
  if (!is_time(deadline)) return thrd_error;
  return word_of(condition_wait(posix(condition), posix(mutex), true, deadline_ns(CLOCK_REALTIME, deadline), site));
}

PROBEREN_INTERPOSED int cnd_signal(cnd_t* condition) {
  if (!explored()) return PROBEREN_REAL(cnd_signal)(condition);
  PROBEREN_ENTER();
  condition_wake(posix(condition), false, site);
  return thrd_success;
}

PROBEREN_INTERPOSED int cnd_broadcast(cnd_t* condition) {
  if (!explored()) return PROBEREN_REAL(cnd_broadcast)(condition);
  PROBEREN_ENTER();
  condition_wake(posix(condition), true, site);
  return thrd_success;
}
