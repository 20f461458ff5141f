/// One scenario under Relacy: a search of its executions, and the first that is wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proberen/record.hpp"
#include "proberen/subject.hpp"

namespace proberen::relacy {

using Clock = std::chrono::steady_clock;

inline constexpr std::size_t kMostThreads = 4;

enum class Strategy { kFull, kRandom };

struct SearchLimits {
  Clock::time_point until;
  std::uint64_t executions = 0;  ///< at most
};

struct SearchResult {
  bool exhausted = false;  ///< full search: every execution that it distinguishes was seen
  std::uint64_t executions = 0;
  std::uint64_t histories = 0;  ///< different ones
  std::uint64_t stuck = 0;      ///< executions that ended with threads blocked where the spec blocks them
  std::optional<Failure> failure;
  std::string witness;  ///< of the failure
};

/// Searches until the limits are reached or an execution fails. `start` is the number of the first random execution.
[[nodiscard]] SearchResult search(const Subject& subject, const Scenario& scenario, Strategy strategy, std::uint64_t start,
                                  const SearchLimits& limits);

/// The one execution that a witness stands for. Throws std::invalid_argument when the text is no witness.
[[nodiscard]] SearchResult replay(const Subject& subject, const Scenario& scenario, const std::string& witness);

}  // namespace proberen::relacy
