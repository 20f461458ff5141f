/// History: the calls of one execution, their results, and which call came before which.
///
/// The order is kept as an explicit partial order rather than as instants, so that the same checker serves executions on real threads
/// (where "before" is real time: Herlihy and Wing, "Linearizability", TOPLAS 1990) and executions under a weak memory model, where it is
/// happens-before (Smith, Winter, Colvin, "Linearizability on hardware weak memory models", 2020).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proberen/scenario.hpp"

namespace proberen {

inline constexpr std::size_t kHistoryLimit = 64;  ///< calls in one history: the checkers keep sets of calls in one machine word

/// The operation of an entry that stands for the death of the process that made the calls of its thread. A spec that lists it says in
/// `step` what the death does to the state; to one that does not it does nothing.
inline constexpr const char* kCrash = "crash";

struct HistoryEntry {
  int thread = 0;  ///< -1 for the part that runs before the threads start
  Call call;
  std::optional<Value> result;     ///< nothing: the call was pending when the execution ended
  std::uint64_t predecessors = 0;  ///< bit i is set when entry i's response came before this entry's invocation
  std::uint64_t invoked = 0;       ///< for people to read: positions in the execution, comparable within one history
  std::uint64_t responded = 0;

  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

struct History {
  std::vector<HistoryEntry> entries;  ///< a call stands behind every call that precedes it
  /// True when the execution ended with all remaining threads blocked for ever. Then every pending call must be one that the spec lets
  /// block in the final state: a pending call that could go on is a lost wake-up (Burckhardt et al., "Line-Up", PLDI 2010).
  bool stuck = false;

  [[nodiscard]] bool pending() const;
  /// Whether the process that made this thread's calls died.
  [[nodiscard]] bool crashed(int thread) const;
  /// Fills `predecessors` from `invoked` and `responded`: real-time order.
  void order_by_position();
  /// One call a line, with its thread and interval; `linearization` marks how far a partial linearization goes.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const History&, const History&) = default;
};

}  // namespace proberen
