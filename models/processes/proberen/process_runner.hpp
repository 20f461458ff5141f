/// Runs a scenario once on processes, one for each of its threads, and records its history.
#pragma once

#include <memory>

#include "proberen/ipc/start_method.hpp"
#include "proberen/scenario_run.hpp"
#include "proberen/subject.hpp"

namespace proberen {

/// Children that run one scenario after another on an object in memory that all of them map. They are started when first needed, and anew
/// after a run that left them blocked for ever or dead; they end with the runner. One that is killed on purpose is the only one replaced:
/// its peers must go on.
class ProcessRunner {
 public:
  /// The subject says that its objects may be shared by processes; else std::invalid_argument. With StartMethod::fork the caller has one
  /// thread.
  ProcessRunner(const Subject& subject, ipc::StartMethod method);
  ~ProcessRunner();
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;

  /// Runs the scenario on a new object; at most 8 threads. Calls are ordered as by ThreadRunner; a kill that the
  /// options ask for is an entry of the history (kCrash), and then invariants are not looked at. Throws what ipc::Context::start() throws.
  ScenarioRun run(const Scenario& scenario, const RunOptions& options);

  /// Children started so far.
  [[nodiscard]] std::uint64_t started() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace proberen
