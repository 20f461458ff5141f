/// Findings: what a search has come to, or one process's part of it. Parts travel as text and are added up.
#pragma once

#include <optional>
#include <string>

#include "models/runtime/outcomes.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::runtime {

struct Findings {
  explore::Counts counts;
  bool complete = false;          ///< nothing of it is left
  bool left_out = false;          ///< the bound on preemptions has left something out
  bool barriers = false;          ///< a thread has come to one
  bool clean_stacks = false;      ///< stacks are made zero, as the program looks at what it has not initialized
  bool spurious = false;          ///< compare-and-swaps have failed, and waits returned, for no reason, too: by an option, or a witness
  bool unknown_strength = false;  ///< compare-and-swaps were made of which it is not known whether they are weak
  std::optional<explore::Place> left_at;  ///< where the last execution was when the search had to end
  std::optional<explore::Failure> failure;
  Outcomes outcomes;
  /// Where the search has found out what it must know from its beginning: that (Session::presuppositions), for it starts again then; else
  /// "".
  std::string presuppositions;

  /// The first failure is kept.
  void add(const Findings& part);
};

[[nodiscard]] std::string to_text(const Findings& findings);
/// Throws std::runtime_error where it is not such a text, whole.
[[nodiscard]] Findings findings_of(const std::string& text);

}  // namespace proberen::runtime
