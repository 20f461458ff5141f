/// Fingerprint: a number for an execution, the same whenever it is reached: which write each read reads, the modification order, the
/// choices. The order of steps does not count, nor do the numbers that threads got by it.
///
/// 64 bits: among a million executions two that differ are taken for one with a probability of 3 in 100 million.
#pragma once

#include <cstdint>

#include "models/explore/graph.hpp"

namespace proberen::explore {

/// Time O(events).
[[nodiscard]] std::uint64_t fingerprint(const Graph& graph);

}  // namespace proberen::explore
