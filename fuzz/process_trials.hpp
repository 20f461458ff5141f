/// ProcessTrials: the calls of each thread of a scenario are made by a process of its own.
#pragma once

#include "fuzz/trials.hpp"
#include "proberen/process_runner.hpp"

namespace proberen::fuzz {

class ProcessTrials final : public Trials {
 public:
  ProcessTrials(const Subject& subject, ipc::StartMethod method) : subject_(subject), runner_(subject, method) {}

  Trial run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit) override;
  [[nodiscard]] std::uint64_t started() const override { return runner_.started(); }

 private:
  const Subject& subject_;
  ProcessRunner runner_;
};

}  // namespace proberen::fuzz
