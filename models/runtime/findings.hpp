/// Findings: what a search has come to, or one process's part of it. Parts travel as text and are added up.
#pragma once

#include <optional>
#include <string>

#include "models/runtime/outcomes.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::runtime {

struct Findings {
  explore::Counts counts;
  bool complete = false;  ///< nothing of it is left
  bool left_out = false;  ///< the bound on preemptions has left something out
  std::optional<explore::Failure> failure;
  Outcomes outcomes;
  std::string racy;  ///< a race that is to be explored was found: racy_text(), with which the search starts again; else ""

  /// The first failure is kept.
  void add(const Findings& part);
};

[[nodiscard]] std::string to_text(const Findings& findings);
/// Throws std::runtime_error where it is not such a text, whole.
[[nodiscard]] Findings findings_of(const std::string& text);

}  // namespace proberen::runtime
