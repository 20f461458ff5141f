// Spin locks: one location, 0 free, 1 taken, or kDestroyed. glibc's own start value is another one, so objects that were made before main
// are made ours.

#include <pthread.h>

#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/sync/destroyed.hpp"

namespace proberen::runtime {
namespace {

std::optional<Value> take(Value value) { return value != 0 ? std::nullopt : std::optional<Value>(1); }

/// What it holds, as memory shows it: the latest write so far, which is what every use that is ordered with the others would find.
unsigned look(pthread_spinlock_t* lock, const char* use, Site site) {
  const auto value = static_cast<unsigned>(*lock);
  check_alive(const_cast<int*>(lock), sizeof(*lock), value, "spin lock", use, site);
  return value;
}

[[noreturn]] void misused(pthread_spinlock_t* lock, std::string_view how, const char* use, Site site) {
  fail(FailureKind::kLockMisuse, std::string(waiting_for(how, const_cast<int*>(lock))), site, use);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  if (!explored()) {
    const int result = PROBEREN_REAL(pthread_spin_init)(lock, shared);
    if (static_constructors_run()) *lock = 0;
    return result;
  }
  PROBEREN_ENTER();
  object_written(const_cast<int*>(lock), sizeof(*lock), site);
  *lock = 0;
  return 0;
}

PROBEREN_INTERPOSED int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_spin_destroy)(lock);
  PROBEREN_ENTER();
  if (look(lock, "destruction", site) != 0) misused(lock, "destruction of a locked spin lock", "destroy", site);
  object_written(const_cast<int*>(lock), sizeof(*lock), site);
  *lock = static_cast<int>(kDestroyed);
  return 0;
}

PROBEREN_HIDDEN int proberen_native_pthread_spin_lock(pthread_spinlock_t* lock) { return PROBEREN_REAL(pthread_spin_lock)(lock); }

PROBEREN_HIDDEN int proberen_explored_pthread_spin_lock(pthread_spinlock_t* lock) {
  void* const object = const_cast<int*>(lock);
  PROBEREN_ENTER_LOOKING(object);
  look(lock, "lock", site);
  engine().await_update(word(object, Order::kAcquire, site), take, waiting_for("lock of spin lock", object));
  lock_taken(object);
  return 0;
}

PROBEREN_INTERPOSED int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_spin_unlock)(lock);
  PROBEREN_ENTER();
  if (look(lock, "unlock", site) == 0) misused(lock, "unlock of a free spin lock", "unlock", site);
  lock_given_up(const_cast<int*>(lock));
  engine().store(word(const_cast<int*>(lock), Order::kRelease, site), 0);
  return 0;
}

PROBEREN_HIDDEN int proberen_native_pthread_spin_trylock(pthread_spinlock_t* lock) { return PROBEREN_REAL(pthread_spin_trylock)(lock); }

PROBEREN_HIDDEN int proberen_explored_pthread_spin_trylock(pthread_spinlock_t* lock) {
  void* const object = const_cast<int*>(lock);
  PROBEREN_ENTER_LOOKING(object);
  look(lock, "lock", site);
  if (!engine().try_update(word(object, Order::kAcquire, site), take)) return EBUSY;
  lock_taken(object);
  return 0;
}
