/// Linearization: the steps of an execution one after the other.
///
/// An order of the events that respects program order, reads-from and the creation and end of threads; as an interleaving it also respects
/// modification order and from-read, so that every read reads the latest value. The two halves of a read-modify-write stay together.
#pragma once

#include <vector>

#include "models/explore/graph.hpp"

namespace proberen::explore {

/// `performed` says how many events of each thread count. Of the orders that there are, one with the fewest switches between threads, the
/// one to `last` at the end included, where it takes no more than kStates steps to know; else one with few. Empty where there is none,
/// which can only be with `interleaving`.
[[nodiscard]] std::vector<EventId> linearize(const Graph& graph, const std::vector<int>& performed, bool interleaving, ThreadId last);

/// Whether the whole graph has an interleaving: whether it is sequentially consistent. Time O(events) for a fixed number of threads.
[[nodiscard]] bool has_interleaving(const Graph& graph);

}  // namespace proberen::explore
