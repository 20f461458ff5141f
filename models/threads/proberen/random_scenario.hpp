/// Random scenarios of a subject, from any source of randomness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "proberen/subject.hpp"

namespace proberen {

/// A number from 0 to `limit` - 1.
using Draw = std::function<std::size_t(std::size_t limit)>;

struct ScenarioShape {
  int threads_min = 2;
  int threads_max = 4;
  int calls_max = 6;  ///< in each thread; at least one
};

/// Operations by their weights, arguments by their generators. The same draws give the same scenario.
[[nodiscard]] Scenario random_scenario(const Subject& subject, const ScenarioShape& shape, const Draw& draw);

/// Scenarios a little simpler than this one, the simplest first: without a thread, without a call, with an earlier value of a generator. No
/// candidate has fewer than one call.
[[nodiscard]] std::vector<Scenario> simpler_scenarios(const Subject& subject, const Scenario& scenario);

}  // namespace proberen
