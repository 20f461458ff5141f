/// glibc's robust mutex for memory shared by processes.
#pragma once

#include <cerrno>

#include <pthread.h>

namespace proberen::benchmarks::peers {

/// `kType` as pthread_mutexattr_settype(3) takes it.
template <int kType = PTHREAD_MUTEX_DEFAULT>
class PthreadRobustMutex {
 public:
  PthreadRobustMutex() {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_settype(&attributes, kType);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
  }
  PthreadRobustMutex(const PthreadRobustMutex&) = delete;
  PthreadRobustMutex& operator=(const PthreadRobustMutex&) = delete;

  void lock() { (void)::pthread_mutex_lock(&mutex_); }
  void unlock() { (void)::pthread_mutex_unlock(&mutex_); }
  /// Whether the owner had died; then the mutex is made consistent.
  bool lock_and_repair() { return ::pthread_mutex_lock(&mutex_) == EOWNERDEAD && ::pthread_mutex_consistent(&mutex_) == 0; }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace proberen::benchmarks::peers
