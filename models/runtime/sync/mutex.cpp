#include "models/runtime/sync/mutex.hpp"

#include <cerrno>

#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/destroyed.hpp"
#include "models/runtime/sync/threads.hpp"
#include "models/runtime/sync/timed_wait.hpp"

namespace proberen::runtime {
namespace {

// Marks in __lock beside 0 and owners.
constexpr unsigned kOwnerDied = 0x4000'0000;       ///< free; whoever takes it is told
constexpr unsigned kNotRecoverable = 0x7fff'ffff;  ///< for ever

// What __kind says, as in glibc.
constexpr int kTypeMask = 3;
constexpr int kRecursive = 1;
constexpr int kErrorCheck = 2;
constexpr int kRobust = 16;
/// Set in __nusers of a robust mutex between its owner's death and pthread_mutex_consistent().
constexpr unsigned kInconsistent = 0x8000'0000;

constexpr int kDestroyedKind = -1;  ///< as in glibc
int type_of(const pthread_mutex_t* mutex) { return mutex->__data.__kind & kTypeMask; }
bool is_robust(const pthread_mutex_t* mutex) { return (mutex->__data.__kind & kRobust) != 0; }
bool is_destroyed(const pthread_mutex_t* mutex) { return mutex->__data.__kind == kDestroyedKind; }
int me() { return current->id + 1; }
bool mine(const pthread_mutex_t* mutex) { return mutex->__data.__owner == me(); }
Access lock_word(const pthread_mutex_t* mutex, Order order, Site site) { return word(&mutex->__data.__lock, order, site); }

/// A locked mutex points to itself, so that it is told from what only looks like one: a copy of it, or memory that has never been one.
void* self_of(pthread_mutex_t* mutex) { return mutex->__data.__list.__prev; }
void set_self(pthread_mutex_t* mutex, bool locked) {
  mutex->__data.__list.__prev = locked ? reinterpret_cast<__pthread_internal_list*>(mutex) : nullptr;
}

/// Takes it where it is free. 16 bytes at most are captured, so that std::function needs no memory.
auto taker(unsigned owner) {
  return [owner](Value value) -> std::optional<Value> {
    if (value == 0 || value == kOwnerDied) return owner;
    if (value == kNotRecoverable) return value;
    return std::nullopt;
  };
}

/// `before` is what the lock word held when it was taken.
int taken(pthread_mutex_t* mutex, Value before) {
  if (before == kNotRecoverable) {
    effect();
    return ENOTRECOVERABLE;
  }
  lock_taken(mutex);
  set_self(mutex, true);
  mutex->__data.__owner = me();
  mutex->__data.__count = 1;
  if (!is_robust(mutex)) return 0;
  if (current->robust_held < kMaxRobust) current->robust[static_cast<std::size_t>(current->robust_held++)] = mutex;
  if (before != kOwnerDied) return 0;
  effect();
  mutex->__data.__nusers |= kInconsistent;
  return EOWNERDEAD;
}

/// A lock by the owner: done (0), refused, or, where that would block for ever, a failure. -1: it is not the owner's.
int relock(pthread_mutex_t* mutex, Site site, bool blocks) {
  if (is_destroyed(mutex)) complain_of_destroyed("mutex", mutex, "lock", site);
  if (!mine(mutex)) return -1;
  if (type_of(mutex) == kRecursive) {
    ++mutex->__data.__count;
    effect();
    return 0;
  }
  if (!blocks) return EBUSY;
  if (type_of(mutex) == kErrorCheck) return EDEADLK;
  fail(FailureKind::kLockMisuse, std::string(waiting_for("thread locks again what it holds: mutex", mutex)), site, "lock");
}

void forget_robust(const pthread_mutex_t* mutex) {
  Fiber& fiber = *current;
  for (int i = 0; i < fiber.robust_held; ++i) {
    if (fiber.robust[static_cast<std::size_t>(i)] != mutex) continue;
    fiber.robust[static_cast<std::size_t>(i)] = fiber.robust[static_cast<std::size_t>(--fiber.robust_held)];
    return;
  }
}

void give_up(pthread_mutex_t* mutex, Site site) {
  unsigned next = 0;
  if (is_robust(mutex)) {
    forget_robust(mutex);
    if ((mutex->__data.__nusers & kInconsistent) != 0) next = kNotRecoverable;
  }
  set_self(mutex, false);
  mutex->__data.__owner = 0;
  mutex->__data.__count = 0;
  lock_given_up(mutex);
  if (next != 0) effect();
  engine().store(lock_word(mutex, Order::kRelease, site), next);
}

/// An unlock by somebody else: refused by the types that look, else a failure.
int not_the_owner(const pthread_mutex_t* mutex, Site site) {
  if (is_destroyed(mutex)) complain_of_destroyed("mutex", mutex, "unlock", site);
  if (type_of(mutex) == kRecursive || type_of(mutex) == kErrorCheck || is_robust(mutex)) return EPERM;
  const char* const why = mutex->__data.__owner == 0 ? "unlock of a free mutex" : "unlock by a thread that is not the owner: mutex";
  fail(FailureKind::kLockMisuse, std::string(waiting_for(why, mutex)), site, "unlock");
}

}  // namespace

int mutex_lock(pthread_mutex_t* mutex, Site site) {
  if (const int result = relock(mutex, site, true); result >= 0) return result;
  const auto owner = static_cast<unsigned>(me());
  return taken(mutex, engine().await_update(lock_word(mutex, Order::kAcquire, site), taker(owner), waiting_for("lock of mutex", mutex)));
}

int mutex_try_lock(pthread_mutex_t* mutex, Site site) {
  if (const int result = relock(mutex, site, false); result >= 0) return result;
  const auto before = engine().try_update(lock_word(mutex, Order::kAcquire, site), taker(static_cast<unsigned>(me())));
  return before ? taken(mutex, *before) : EBUSY;
}

int mutex_timed_lock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline, Site site) {
  const int result = mine(mutex) ? relock(mutex, site, true) : mutex_try_lock(mutex, site);
  if (result != EBUSY) return result;
  if (!is_time(deadline)) return EINVAL;
  if (engine().choose(2, site) == 0) {
    const TimedWait wait;
    return mutex_lock(mutex, site);
  }
  effect();
  current->clock_ns = std::max(current->clock_ns, deadline_ns(clock, deadline));
  return ETIMEDOUT;
}

int mutex_unlock(pthread_mutex_t* mutex, Site site) {
  if (!mine(mutex)) return not_the_owner(mutex, site);
  if (--mutex->__data.__count != 0) {
    effect();
    return 0;
  }
  give_up(mutex, site);
  return 0;
}

Depth mutex_release_all(pthread_mutex_t* mutex, Site site) {
  if (!mine(mutex)) return {0, not_the_owner(mutex, site)};
  const Depth depth{mutex->__data.__count, 0};
  give_up(mutex, site);
  return depth;
}

int mutex_take_back(pthread_mutex_t* mutex, Depth depth, Site site) {
  const int result = mutex_lock(mutex, site);
  if (result == 0 || result == EOWNERDEAD) mutex->__data.__count = depth.count;
  return result;
}

void mutex_initialize(pthread_mutex_t* mutex, Site site) {
  heap_check(reinterpret_cast<std::uintptr_t>(mutex), sizeof(*mutex), true, site);
  // On a stack it may be what an earlier execution, or an earlier call, has left there.
  const bool on_stack = stack_slot(reinterpret_cast<std::uintptr_t>(mutex)) >= 0;
  if (!on_stack && mutex->__data.__owner != 0 && self_of(mutex) == mutex) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("initialization of a locked mutex", mutex)), site, "initialize");
  }
  object_written(mutex, sizeof(*mutex), site);
}

void mutex_destroy(pthread_mutex_t* mutex, Site site) {
  if (is_destroyed(mutex)) complain_of_destroyed("mutex", mutex, "destruction", site);
  if (mutex->__data.__owner != 0)
    fail(FailureKind::kLockMisuse, std::string(waiting_for("destruction of a locked mutex", mutex)), site, "destroy");
  object_written(mutex, sizeof(*mutex), site);
  mutex->__data.__kind = kDestroyedKind;
}

void robust_owner_ends(Fiber& fiber) {
  while (fiber.robust_held > 0) {
    auto* const mutex = static_cast<pthread_mutex_t*>(fiber.robust[static_cast<std::size_t>(--fiber.robust_held)]);
    set_self(mutex, false);
    mutex->__data.__owner = 0;
    engine().store(lock_word(mutex, Order::kRelease, 0), kOwnerDied);
  }
  thread_ends(fiber);
}

namespace {

int consistent(pthread_mutex_t* mutex) {
  if (!is_robust(mutex) || !mine(mutex) || (mutex->__data.__nusers & kInconsistent) == 0) return EINVAL;
  mutex->__data.__nusers &= ~kInconsistent;
  return 0;
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_init)(mutex, attributes);
  PROBEREN_ENTER();
  mutex_initialize(mutex, site);
  const int result = PROBEREN_REAL(pthread_mutex_init)(mutex, attributes);
  // Of one with PTHREAD_PRIO_PROTECT glibc keeps the ceiling in the lock word, where it would be an owner. Nothing here has a priority.
  if (result == 0) mutex->__data.__lock = 0;
  return result;
}

PROBEREN_INTERPOSED int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_destroy)(mutex);
  PROBEREN_ENTER();
  mutex_destroy(mutex, site);
  return 0;
}

PROBEREN_INTERPOSED int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_unlock)(mutex);
  PROBEREN_ENTER();
  return mutex_unlock(mutex, site);
}

PROBEREN_INTERPOSED int pthread_mutex_consistent(pthread_mutex_t* mutex) {
  if (!explored()) return PROBEREN_REAL(pthread_mutex_consistent)(mutex);
  PROBEREN_ENTER();
  return consistent(mutex);
}
