/// Lock and RLock as subjects: the whole interface against a mutex, and a counter behind it.
#pragma once

#include <chrono>
#include <string>

#include "proberen/lock.hpp"
#include "proberen/rlock.hpp"
#include "subjects/guarded.hpp"

namespace proberen::reference {

/// Every way to take and release a lock, for `Type` = BasicLock<P> or BasicRLock<P>.
template <class P, class Type>
struct LockInterface {
  using Platform = P;

  Type lock;

  void acquire() { lock.acquire(); }
  bool try_acquire() { return lock.acquire(false); }
  bool acquire_for() { return lock.acquire(true, kBriefly); }
  std::string release() { return lock.release() ? "not_held" : "ok"; }
  bool locked() { return lock.locked(); }
};

/// The lock as a guard.
template <class P, class Type>
struct LockGuardAdapter {
  Type lock;

  void enter() { lock.acquire(); }
  bool try_enter() { return lock.try_lock(); }
  bool enter_for(std::chrono::milliseconds timeout) { return lock.try_lock_for(timeout); }
  void leave() { lock.unlock(); }
};

template <class P>
using LockSubject = LockInterface<P, BasicLock<P>>;
template <class P>
using LockGuardSubject = Guarded<P, LockGuardAdapter<P, BasicLock<P>>>;
template <class P>
using RLockSubject = LockInterface<P, BasicRLock<P>>;
template <class P>
using RLockGuardSubject = Guarded<P, LockGuardAdapter<P, BasicRLock<P>>>;

}  // namespace proberen::reference
