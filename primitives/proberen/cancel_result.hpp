/// CancelResult: what became of a timer that was asked to be cancelled.
#pragma once

namespace proberen {

/// Exact under races: a callback runs if and only if no call answered `cancelled`.
enum class CancelResult {
  cancelled,      ///< the callback has not begun and never will
  already_fired,  ///< the callback has run to its end
  running,        ///< the callback has begun and has not ended
};

[[nodiscard]] constexpr const char* to_string(CancelResult result) {
  switch (result) {
    case CancelResult::cancelled:
      return "cancelled";
    case CancelResult::already_fired:
      return "already_fired";
    case CancelResult::running:
      return "running";
  }
  return "?";
}

}  // namespace proberen
