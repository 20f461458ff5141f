#include "proberen/gate.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace proberen {
namespace {

std::string variant_of(const Record& record) {
  const auto variant = record.configuration.find("variant");
  return variant == record.configuration.end() ? "" : variant->second;
}

std::string name_of(const Record& record) {
  std::string name = record.subject + ": " + record.method;
  const std::string variant = variant_of(record);
  if (!variant.empty() && variant != "native" && variant != "relacy") name += " (" + variant + ")";
  return name;
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

struct PairOfTwin {
  Claim claim;
  bool claimed = false;
  std::size_t run = 0;
  std::size_t failed = 0;
  std::string kind;
  std::string skip_reason;
};

TwinResult result_of(const PairOfTwin& pair) {
  TwinResult result{pair.claim, TwinOutcome::kNotClaimed, {}};
  if (pair.failed > 0) {
    result.outcome = pair.claimed ? TwinOutcome::kCaught : TwinOutcome::kBonus;
    result.note = pair.kind;
  } else if (pair.claimed && pair.run == 0) {
    result.outcome = TwinOutcome::kNotRun;
    result.note = pair.skip_reason.empty() ? "no record" : pair.skip_reason;
  } else if (pair.claimed) {
    result.outcome = TwinOutcome::kMissed;
  }
  return result;
}

void note(const Record& record, PairOfTwin& pair) {
  if (record.verdict == Verdict::kSkipped) {
    pair.skip_reason = record.reason;
  } else {
    ++pair.run;
  }
  if (record.verdict != Verdict::kFail) return;
  if (pair.failed++ == 0) pair.kind = record.failure ? record.failure->kind : "failed";
}

std::vector<TwinResult> twins_of(std::span<const Record> records, const GatePolicy& policy) {
  std::map<std::pair<std::string, std::string>, PairOfTwin> pairs;  // by twin and method, or variant where that is claimed
  for (const Claim& claim : policy.claims) {
    PairOfTwin& pair = pairs[{claim.twin, claim.method}];
    pair.claim = claim;
    pair.claimed = true;
  }
  for (const Record& record : records) {
    if (record.twin_of.empty()) continue;
    PairOfTwin& pair = pairs[{record.subject, record.method}];
    pair.claim = {record.subject, record.method, record.twin_of, record.fault};
    pair.claimed |= record.expected_to_fail;
    note(record, pair);
    if (const auto of_variant = pairs.find({record.subject, variant_of(record)}); of_variant != pairs.end())
      note(record, of_variant->second);
  }
  std::vector<TwinResult> results;
  results.reserve(pairs.size());
  for (const auto& [key, pair] : pairs) results.push_back(result_of(pair));
  std::stable_sort(results.begin(), results.end(),
                   [](const TwinResult& a, const TwinResult& b) { return a.claim.twin_of < b.claim.twin_of; });
  return results;
}

struct Tally {
  std::size_t failed = 0;
  std::size_t passed = 0;
  std::size_t inconclusive = 0;
  std::size_t skipped = 0;
  std::size_t missed = 0;
  std::size_t claimed = 0;
  std::size_t unmet = 0;
};

void judge_ordinary(const Record& record, const GatePolicy& policy, Tally& tally, GateResult& result) {
  switch (record.verdict) {
    case Verdict::kPass:
      ++tally.passed;
      break;
    case Verdict::kFail:
      ++tally.failed;
      result.reasons.push_back(name_of(record) + ": " +
                               (record.failure ? record.failure->kind + ": " + record.failure->message : "failed"));
      break;
    case Verdict::kInconclusive:
      ++tally.inconclusive;
      (policy.require_complete ? result.reasons : result.notes).push_back(name_of(record) + ": inconclusive: " + record.reason);
      break;
    case Verdict::kSkipped:
      ++tally.skipped;
      if (record.reason.empty()) {
        ++tally.failed;
        result.reasons.push_back(name_of(record) + ": skipped without a reason");
      } else {
        result.notes.push_back(name_of(record) + ": skipped: " + record.reason);
      }
      break;
  }
  for (const Goal& goal : record.goals) {
    if (goal.met) continue;
    ++tally.unmet;
    (policy.strict_goals ? result.reasons : result.notes).push_back(record.subject + ": goal not met: " + goal.text);
  }
}

void judge_twins(Tally& tally, GateResult& result) {
  for (const TwinResult& twin : result.twins) {
    tally.missed += twin.is_broken() ? 1 : 0;
    tally.claimed += twin.is_broken() || twin.outcome == TwinOutcome::kCaught ? 1 : 0;
    if (!twin.is_broken()) continue;
    std::string line = "known-bad twin not caught by " + twin.claim.method + ": " + twin.claim.twin;
    if (!twin.claim.fault.empty()) line += " (" + twin.claim.fault + ")";
    if (twin.outcome == TwinOutcome::kNotRun) line += ": not run: " + twin.note;
    result.reasons.push_back(line);
  }
}

std::string headline_of(GateStatus status, const Tally& tally) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, const char* one, const char* many) {
    if (count > 0) parts.push_back(plural(count, one, many));
  };
  if (status == GateStatus::kBadRequest) return tally.skipped > 0 ? "every check was skipped" : "there are no records";
  add(tally.failed, "check failed", "checks failed");
  add(tally.missed, "known-bad twin was not caught", "known-bad twins were not caught");
  if (tally.inconclusive > 0) parts.push_back(std::to_string(tally.inconclusive) + " inconclusive");
  add(tally.passed, "check passed", "checks passed");
  if (tally.claimed > 0 && tally.missed == 0) {
    parts.push_back(tally.claimed == 1 ? "the known-bad twin was caught"
                                       : "all " + std::to_string(tally.claimed) + " claims on known-bad twins held");
  }
  if (tally.skipped > 0) parts.push_back(std::to_string(tally.skipped) + " skipped");
  add(tally.unmet, "benchmark goal not met", "benchmark goals not met");
  std::string line;
  for (const std::string& part : parts) line += (line.empty() ? "" : ", ") + part;
  return line;
}

}  // namespace

std::string_view to_string(GateStatus status) {
  switch (status) {
    case GateStatus::kPass:
      return "pass";
    case GateStatus::kFail:
      return "fail";
    case GateStatus::kBadRequest:
      return "nothing was checked";
    case GateStatus::kInconclusive:
      return "inconclusive";
  }
  return "fail";
}

GateResult judge(std::span<const Record> records, const GatePolicy& policy) {
  GateResult result;
  Tally tally;
  result.twins = twins_of(records, policy);
  for (const Record& record : records) {
    if (record.twin_of.empty()) judge_ordinary(record, policy, tally, result);
  }
  judge_twins(tally, result);
  const bool checked =
      std::any_of(records.begin(), records.end(), [](const Record& record) { return record.verdict != Verdict::kSkipped; });
  if (!checked && tally.failed == 0) {
    result.status = GateStatus::kBadRequest;
    result.reasons = records.empty() ? std::vector<std::string>{"a gate without records proves nothing"} : std::exchange(result.notes, {});
  } else if (tally.failed > 0 || tally.missed > 0 || (policy.strict_goals && tally.unmet > 0)) {
    result.status = GateStatus::kFail;
  } else if (policy.require_complete && tally.inconclusive > 0) {
    result.status = GateStatus::kInconclusive;
  } else {
    result.status = GateStatus::kPass;
  }
  result.headline = headline_of(result.status, tally);
  return result;
}

}  // namespace proberen
