#include "fuzz/process_trials.hpp"

#include "proberen/run_failure.hpp"

namespace proberen::fuzz {

Trial ProcessTrials::run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit) {
  Trial trial;
  for (int i = 0; i < repetitions && !trial.failure; ++i) {
    const ScenarioRun run = runner_.run(scenario, {.seed = seed++, .patience = limit / 10});
    ++trial.histories;
    trial.operations += run.history.entries.size();
    trial.stuck = run.history.stuck;
    trial.failure = failure_of(subject_, run);
  }
  return trial;
}

}  // namespace proberen::fuzz
