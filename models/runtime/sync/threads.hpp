/// Threads: what the POSIX and the C11 names share.
#pragma once

#include <pthread.h>

#include "models/runtime/call.hpp"

namespace proberen::runtime {

/// The thread of this execution that a pthread_t names; null if there is none.
[[nodiscard]] Fiber* fiber_of(pthread_t handle);
pthread_t create_thread(const Start& start, bool detached, Site site);
int join_thread(pthread_t handle, void** result, Site site);
int detach_thread(pthread_t handle);

}  // namespace proberen::runtime
