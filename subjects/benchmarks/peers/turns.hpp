/// Two threads that take turns: `pass(thread)` waits for that thread's turn and gives the turn to the other.
#pragma once

#include <condition_variable>
#include <mutex>

#include "subjects/benchmarks/peers/mutexes.hpp"

namespace proberen::benchmarks::peers {

/// The textbook's way.
class ConditionVariableTurns {
 public:
  void pass(int thread) {
    std::unique_lock lock(mutex_);
    changed_[thread].wait(lock, [&] { return turn_ == thread; });
    turn_ = 1 - thread;
    changed_[turn_].notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_[2];
  int turn_ = 0;
};

/// absl::Mutex waits for conditions itself.
class AbslTurns {
 public:
  void pass(int thread) {
    absl::Mutex& mutex = mutex_.native();
    mutex.LockWhen(absl::Condition(thread == 0 ? &is_first : &is_second, &turn_));
    turn_ = 1 - thread;
    mutex.Unlock();
  }

 private:
  static bool is_first(int* turn) { return *turn == 0; }
  static bool is_second(int* turn) { return *turn == 1; }

  AbslMutex mutex_;
  int turn_ = 0;
};

}  // namespace proberen::benchmarks::peers
