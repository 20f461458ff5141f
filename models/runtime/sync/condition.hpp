/// What the C11 names of condition variables share with the POSIX ones.
#pragma once

#include "models/runtime/sync/mutex.hpp"

namespace proberen::runtime {

int condition_wait(pthread_cond_t* condition, pthread_mutex_t* mutex, bool timed, std::int64_t deadline, Site site);
void condition_wake(pthread_cond_t* condition, bool all, Site site);
void condition_destroy(pthread_cond_t* condition, Site site);
/// By which its deadlines are meant.
clockid_t condition_clock(const pthread_cond_t* condition);

}  // namespace proberen::runtime
