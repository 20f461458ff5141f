/// Is a history one that the spec allows?
///
/// Wing and Gong's search with Lowe's memoisation of (set of linearized calls, state) ("Testing for linearizability", 2017). Worst case
/// exponential in the number of calls that overlap; memory is one entry for each pair visited.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/history.hpp"
#include "proberen/spec.hpp"

namespace proberen {

struct Linearization {
  bool linearizable = false;
  /// The calls in an order that the spec allows: all completed calls when linearizable, else the longest such order that was found.
  /// Indices into the history's entries.
  std::vector<std::size_t> order;
  /// When not linearizable: one line that says what no order explains, in words.
  std::string reason;
  std::uint64_t states_visited = 0;
};

/// A pending call may have taken effect, with any result that the spec allows, or not at all. In a stuck history no pending call has taken
/// effect, and every one must be blocked in the final state. The call in which a process died may have taken effect before the death, or
/// not at all.
[[nodiscard]] Linearization linearize(const History& history, const spec::AnySpec& initial);

}  // namespace proberen
