/// Semaphores of others, each with a number of units at first, `acquire` and `release`.
#pragma once

#include <chrono>
#include <cstddef>
#include <semaphore>

#include <concurrentqueue/blockingconcurrentqueue.h>  // Debian's lightweightsemaphore.h does not stand alone
#include <semaphore.h>

namespace proberen::benchmarks::peers {

class PosixSemaphore {
 public:
  explicit PosixSemaphore(int units) { ::sem_init(&semaphore_, 0, static_cast<unsigned>(units)); }
  ~PosixSemaphore() { ::sem_destroy(&semaphore_); }
  PosixSemaphore(const PosixSemaphore&) = delete;
  PosixSemaphore& operator=(const PosixSemaphore&) = delete;

  void acquire() {
    while (::sem_wait(&semaphore_) != 0) {
    }
  }
  void release() { ::sem_post(&semaphore_); }

 private:
  sem_t semaphore_;
};

/// Waits in slices: in GCC 12 an acquire can sleep although there is a unit (GCC bug 104928), and then a benchmark would never end. A
/// semaphore that is free is taken just as by acquire().
class StandardSemaphore {
 public:
  explicit StandardSemaphore(int units) : semaphore_(units) {}

  void acquire() {
    using std::chrono::milliseconds;
    if (semaphore_.try_acquire()) return;
    while (!semaphore_.try_acquire_for(milliseconds(20))) {
    }
  }
  void release() { semaphore_.release(); }

 private:
  std::counting_semaphore<> semaphore_;
};

/// Spins ten thousand times, then sleeps on a sem_t.
class MoodycamelSemaphore {
 public:
  explicit MoodycamelSemaphore(int units) : semaphore_(units) {}

  void acquire() { semaphore_.wait(); }
  void release() { semaphore_.signal(); }

 private:
  moodycamel::LightweightSemaphore semaphore_;
};

}  // namespace proberen::benchmarks::peers
