/// Mutex: pthread mutexes of all types as updates of one location, `__lock`: 0 free, else the owner's number + 1, or one of the marks
/// below.
///
/// Who owns it and how often is written in the mutex' other fields, which only the owner reads for what it decides: they are no events.
/// Priority ceilings and inheritance are ignored.
#pragma once

#include <pthread.h>

#include "models/runtime/call.hpp"

namespace proberen::runtime {

struct Fiber;

int mutex_lock(pthread_mutex_t* mutex, Site site);
int mutex_try_lock(pthread_mutex_t* mutex, Site site);
/// Waits until it has the mutex, or gives up: a choice. The deadline becomes the time of a caller that has given up, and is looked at where
/// the mutex is not free.
int mutex_timed_lock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline, Site site);
int mutex_unlock(pthread_mutex_t* mutex, Site site);
/// What comes before the C library fills it in.
void mutex_initialize(pthread_mutex_t* mutex, Site site);
void mutex_destroy(pthread_mutex_t* mutex, Site site);

/// For a condition wait: gives up the mutex whatever its depth, and takes it back to the same one.
struct Depth {
  unsigned count = 0;
  int error = 0;
};
[[nodiscard]] Depth mutex_release_all(pthread_mutex_t* mutex, Site site);
int mutex_take_back(pthread_mutex_t* mutex, Depth depth, Site site);

/// What others find of an ending thread: the robust mutexes that it holds go to whoever asks next, with the word that their owner has died;
/// then thread_ends().
void robust_owner_ends(Fiber& fiber);

}  // namespace proberen::runtime
