/// Gate: the policy that turns records into one exit status, with the words for it.
///
/// Everything that a report says about the verdict is decided here, once, so that no two reports can disagree.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "proberen/record.hpp"

namespace proberen {

/// A known-bad twin, and a method that claims to catch it, or one of its variants, which then must do so itself.
struct Claim {
  std::string twin;
  std::string method;   ///< or the variant
  std::string twin_of;  ///< for the message
  std::string fault;    ///< for the message
};

struct GatePolicy {
  bool require_complete = false;  ///< an inconclusive record is status 3
  bool strict_goals = false;      ///< a benchmark goal that is not met is status 1
  std::vector<Claim> claims;      ///< beyond those that the records themselves make (`expected_to_fail`)
};

enum class GateStatus { kPass = 0, kFail = 1, kBadRequest = 2, kInconclusive = 3 };

/// `pass`, `fail`, `nothing was checked`, `inconclusive`.
[[nodiscard]] std::string_view to_string(GateStatus status);

enum class TwinOutcome {
  kCaught,      ///< claimed, and a record of the method failed
  kMissed,      ///< claimed, and none did
  kNotRun,      ///< claimed, and there is no record, or all were skipped
  kBonus,       ///< not claimed, and a record failed all the same
  kNotClaimed,  ///< not claimed, run, and not failed
};

/// What one method made of one twin, over all records of the two: a stress run has one for each variant, an exploration one for each
/// scenario, and one that fails is enough.
struct TwinResult {
  Claim claim;
  TwinOutcome outcome = TwinOutcome::kNotRun;
  std::string note;  ///< the kind of failure that caught it, or why it was not run

  /// Claimed, and not caught.
  [[nodiscard]] bool is_broken() const { return outcome == TwinOutcome::kMissed || outcome == TwinOutcome::kNotRun; }
};

struct GateResult {
  GateStatus status = GateStatus::kBadRequest;
  std::string headline;              ///< one line: why
  std::vector<std::string> reasons;  ///< each a line: what made the status what it is
  std::vector<std::string> notes;    ///< each a line: worth knowing, without effect on the status
  std::vector<TwinResult> twins;     ///< sorted by subject, twin, method

  [[nodiscard]] int exit_status() const { return static_cast<int>(status); }
};

/// In this order:
///   2 (bad request)   there are no records, or all of them are skipped;
///   1 (fail)          an ordinary record failed, or was skipped without a reason; a claimed twin was not caught, or not run; with
///   `strict_goals`, a goal
///                     is not met;
///   3 (inconclusive)  with `require_complete`, an ordinary record is inconclusive;
///   0 (pass)          else.
/// Records of twins that no method claims never change the status.
[[nodiscard]] GateResult judge(std::span<const Record> records, const GatePolicy& policy = {});

}  // namespace proberen
