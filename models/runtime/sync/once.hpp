/// Once: a location through which one of several threads is chosen to do something, while the others wait for it: pthread_once, call_once,
/// and the guards of function-local statics.
#pragma once

#include "models/runtime/call.hpp"

namespace proberen::runtime {

/// Values of the location, as in glibc where it has them.
inline constexpr unsigned kOnceNew = 0;
inline constexpr unsigned kOnceRunning = 1;
inline constexpr unsigned kOnceDone = 2;

/// True: the caller has to do it, and to say how that ended with once_end. False: it is done.
[[nodiscard]] bool once_begin(const Access& where, const void* object);
void once_end(Access where, bool done);

/// Whether an object belongs to a library whose data outlives executions: what it initializes once it must initialize natively.
[[nodiscard]] bool outlives_execution(const void* object);

}  // namespace proberen::runtime
