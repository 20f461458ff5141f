/// Runs a scenario once on real threads and records its history.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "proberen/history.hpp"
#include "proberen/subject.hpp"

namespace proberen {

struct ThreadRunOptions {
  std::uint64_t seed = 1;  ///< of the injected yields, sleeps and the order of start
  double noise = 0.3;      ///< the chance of a disturbance before and after each call
  std::chrono::milliseconds patience{
      2000};  ///< how long without any progress before the execution counts as stuck, when the kernel cannot tell sooner
};

struct ThreadRun {
  History history;
  std::string broken_invariant;  ///< the name of an invariant that does not hold at the end; "" when all do or when the history is stuck
  std::string exception;         ///< what an operation threw; "" when none did
};

/// A pool of threads that runs one scenario after another. When a run comes back stuck its threads are blocked inside the subject for ever:
/// the pool can run nothing more and must be leaked, best together with its process (see `abandoned`).
class ThreadRunner {
 public:
  explicit ThreadRunner(int threads);
  ~ThreadRunner();
  ThreadRunner(const ThreadRunner&) = delete;
  ThreadRunner& operator=(const ThreadRunner&) = delete;

  /// Runs the scenario on a new object. Calls are ordered by a counter that every invocation and response draws from, so that a history's
  /// order is also a happens-before order.
  ThreadRun run(const Subject& subject, const Scenario& scenario, const ThreadRunOptions& options);

  [[nodiscard]] bool abandoned() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proberen
