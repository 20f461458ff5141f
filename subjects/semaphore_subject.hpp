/// Semaphore and BoundedSemaphore as subjects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>

#include "proberen/semaphore.hpp"
#include "subjects/guarded.hpp"

namespace proberen::reference {

/// The interface of `Type` = BasicSemaphore<P> or BasicBoundedSemaphore<P>, with `kUnits` units at first.
template <class P, class Type, int kUnits>
struct SemaphoreInterface {
  using Platform = P;

  Type semaphore{kUnits};

  void acquire() { semaphore.acquire(); }
  bool try_acquire() { return semaphore.try_acquire(); }
  bool acquire_for() { return semaphore.try_acquire_for(kBriefly); }
  std::string release(int units) {
    const std::error_code error = semaphore.release(units);
    return error ? "refused" : "ok";
  }
  std::int64_t value() { return semaphore.value(); }
};

/// One unit, taken as a lock is.
template <class Type>
struct SemaphoreGuardAdapter {
  Type semaphore{1};

  void enter() { semaphore.acquire(); }
  bool try_enter() { return semaphore.try_acquire(); }
  bool enter_for(std::chrono::milliseconds timeout) { return semaphore.try_acquire_for(timeout); }
  void leave() { (void)semaphore.release(); }
};

template <class P>
using SemaphoreSubject = SemaphoreInterface<P, BasicSemaphore<P>, 1>;
template <class P>
using SemaphoreGuardSubject = Guarded<P, SemaphoreGuardAdapter<BasicSemaphore<P>>>;
template <class P>
using BoundedSemaphoreSubject = SemaphoreInterface<P, BasicBoundedSemaphore<P>, 2>;
template <class P>
using BoundedSemaphoreGuardSubject = Guarded<P, SemaphoreGuardAdapter<BasicBoundedSemaphore<P>>>;

}  // namespace proberen::reference
