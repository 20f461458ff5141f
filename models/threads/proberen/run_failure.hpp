/// From one run on real threads to the failure of a record.
#pragma once

#include <optional>

#include "proberen/record.hpp"
#include "proberen/thread_runner.hpp"

namespace proberen {

/// What is wrong with the run, if anything: an operation threw, no order of the calls explains their results, or an invariant is broken.
[[nodiscard]] std::optional<Failure> failure_of(const Subject& subject, const ScenarioRun& run);

}  // namespace proberen
