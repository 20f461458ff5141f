/// explore::run: visits the executions of a function, inside a process that is linked with libproberen_runtime (proberen_explorable() in CMake).
///
/// The body, and what it calls, must be compiled with the hooks to be seen. It runs once for every execution and must start from the same
/// state each time: what it allocates is gone afterwards, but variables outside of it keep what it has written to them (a whole program,
/// explored by `proberen explore`, has its variables put back). Its output is not captured.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proberen/explore/types.hpp"

namespace proberen::explore {

/// A combination of observed values: how many executions had it, and what it was declared to be.
struct Outcome {
  std::string values;  ///< `r0=1 r1=0`
  std::uint64_t count = 0;
  std::string kind;  ///< `acceptable`, `interesting`, `forbidden`, `undeclared`, or "" where nothing is declared
};

struct Report {
  bool complete = false;  ///< every execution was visited
  Counts counts;
  std::optional<Failure> failure;
  std::vector<Outcome> outcomes;
  /// Nothing was found; where not complete, in what was visited.
  [[nodiscard]] bool passed() const { return !failure; }
};

/// One exploration at a time in a process; it must not be called from inside one. Throws std::runtime_error where it cannot start.
[[nodiscard, gnu::visibility("default")]] Report run(const Options& options, const std::function<void()>& body);

}  // namespace proberen::explore
