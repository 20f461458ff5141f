/// One scenario of a subject, explored: its executions, and the first that is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proberen/explore/types.hpp"
#include "proberen/record.hpp"
#include "proberen/subject.hpp"

namespace proberen::scenarios {

struct SearchResult {
  bool exhausted = false;  ///< every execution was visited
  explore::Counts counts;
  std::uint64_t histories = 0;     ///< different ones
  std::optional<Failure> failure;  ///< without scenario and replay line
  std::string unsupported;         ///< what it does that an exploration does not model; "" when nothing
};

/// Throws std::invalid_argument when the witness of the options is none.
[[nodiscard]] SearchResult search(const Subject& subject, const Scenario& scenario, const explore::Options& options);

}  // namespace proberen::scenarios
