/// Threads: what the POSIX and the C11 names share.
#pragma once

#include <pthread.h>

#include <ctime>

#include "models/runtime/call.hpp"

namespace proberen::runtime {

/// The thread of this execution that a pthread_t names; null if there is none.
[[nodiscard]] Fiber* fiber_of(pthread_t handle);
pthread_t create_thread(const Start& start, bool detached, Site site);
int join_thread(pthread_t handle, void** result, Site site);
/// The same where it has ended already, else EBUSY. That is looked at in a location, so that who asks again and again is in a loop like
/// another; most programs do not ask, and for them a thread's end is no write.
int try_join_thread(Fiber& fiber, void** result, Site site);
void thread_ends(Fiber& fiber);
/// The same as join_thread, or it gives up: a choice. Nobody knows of a thread's end otherwise, so it may always come too late.
int timed_join_thread(pthread_t handle, void** result, clockid_t clock, const timespec* deadline, Site site);
int detach_thread(pthread_t handle);

}  // namespace proberen::runtime
