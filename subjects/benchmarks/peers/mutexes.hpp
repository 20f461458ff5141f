/// Locks of others, each with `lock` and `unlock`.
#pragma once

#include <absl/synchronization/mutex.h>
#include <pthread.h>

namespace proberen::benchmarks::peers {

class PthreadMutex {
 public:
  PthreadMutex() = default;
  ~PthreadMutex() { ::pthread_mutex_destroy(&mutex_); }
  PthreadMutex(const PthreadMutex&) = delete;
  PthreadMutex& operator=(const PthreadMutex&) = delete;

  void lock() { ::pthread_mutex_lock(&mutex_); }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

/// Without its deadlock detector, which Debian's build has on and which makes it 2.5 times as slow.
class AbslMutex {
 public:
  AbslMutex() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }
  absl::Mutex& native() { return mutex_; }

 private:
  absl::Mutex mutex_;
};

}  // namespace proberen::benchmarks::peers
