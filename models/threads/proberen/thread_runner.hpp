/// Runs a scenario once on real threads and records its history.
#pragma once

#include <memory>

#include "proberen/scenario_run.hpp"
#include "proberen/subject.hpp"

namespace proberen {

/// A pool of threads that runs one scenario after another. When a run comes back stuck its threads are blocked inside the subject for ever:
/// the pool can run nothing more and must be leaked, best together with its process (see `abandoned`).
class ThreadRunner {
 public:
  /// For scenarios of up to `threads` threads; at most 8.
  explicit ThreadRunner(int threads);
  ~ThreadRunner();
  ThreadRunner(const ThreadRunner&) = delete;
  ThreadRunner& operator=(const ThreadRunner&) = delete;

  /// Runs the scenario on a new object. Calls are ordered by a counter that every invocation and response draws from, so that a history's
  /// order is also a happens-before order.
  ScenarioRun run(const Subject& subject, const Scenario& scenario, const RunOptions& options);

  [[nodiscard]] bool abandoned() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proberen
