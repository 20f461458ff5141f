#include "proberen/run_failure.hpp"

#include "proberen/history_failure.hpp"
#include "proberen/linearizability.hpp"

namespace proberen {

std::optional<Failure> failure_of(const Subject& subject, const ScenarioRun& run) {
  Failure failure;
  if (!run.death.empty()) {
    failure.kind = "crash";
    failure.message = run.death;
    failure.history = history_events(run.history, {});
    return failure;
  }
  if (!run.exception.empty()) {
    failure.kind = "uncaught-exception";
    failure.message = "an operation threw: " + run.exception;
    failure.history = history_events(run.history, {});
    return failure;
  }
  const Linearization result = linearize(run.history, subject.spec);
  if (!result.linearizable) return history_failure(run.history, result);
  if (!run.broken_invariant.empty()) {
    failure.kind = "invariant";
    failure.message = "the invariant '" + run.broken_invariant + "' does not hold when all calls have returned";
    failure.history = history_events(run.history, result);
    return failure;
  }
  return std::nullopt;
}

}  // namespace proberen
