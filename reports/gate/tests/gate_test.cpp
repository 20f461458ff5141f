#include "proberen/gate.hpp"

#include <gtest/gtest.h>

#include "reports/record/tests/sample_records.hpp"

namespace proberen {
namespace {

Record plain(Verdict verdict, const std::string& reason = "") {
  Record record;
  record.subject = "Lock";
  record.method = "fuzz";
  record.verdict = verdict;
  record.reason = reason;
  return record;
}

Record goal(bool met) {
  Record record = plain(Verdict::kPass);
  record.method = "bench";
  record.goals = {{"at most 0.80", 0.9, 0.8, true, met}};
  return record;
}

Record twin(Verdict verdict, bool claimed = true, const std::string& reason = "") {
  Record record = plain(verdict, reason);
  record.subject = "BadLock";
  record.twin_of = "Lock";
  record.fault = "no wake";
  record.expected_to_fail = claimed;
  return record;
}

struct Row {
  const char* name;
  std::vector<Record> records;
  int lax;       ///< status with the default policy
  int complete;  ///< with require_complete
  int goals;     ///< with strict_goals
};

TEST(Gate, PolicyTable) {
  using enum Verdict;
  const Record pass = plain(kPass);
  const Row rows[] = {
      {"no records", {}, 2, 2, 2},
      {"pass", {pass}, 0, 0, 0},
      {"fail", {pass, plain(kFail)}, 1, 1, 1},
      {"inconclusive", {pass, plain(kInconclusive, "time")}, 0, 3, 0},
      {"inconclusive alone", {plain(kInconclusive, "time")}, 0, 3, 0},
      {"fail before inconclusive", {plain(kFail), plain(kInconclusive, "time")}, 1, 1, 1},
      {"skipped with a reason", {pass, plain(kSkipped, "not built")}, 0, 0, 0},
      {"skipped without a reason", {pass, plain(kSkipped)}, 1, 1, 1},
      {"all skipped", {plain(kSkipped, "not built"), plain(kSkipped, "not built")}, 2, 2, 2},
      {"twin caught", {pass, twin(kFail)}, 0, 0, 0},
      {"twin caught alone", {twin(kFail)}, 0, 0, 0},
      {"twin missed", {pass, twin(kPass)}, 1, 1, 1},
      {"twin inconclusive", {pass, twin(kInconclusive, true, "time")}, 1, 1, 1},
      {"twin skipped", {pass, twin(kSkipped, true, "not built")}, 1, 1, 1},
      {"twin caught by one record of two", {pass, twin(kPass), twin(kFail)}, 0, 0, 0},
      {"twin that nobody claims", {pass, twin(kPass, false)}, 0, 0, 0},
      {"twin that nobody claims fails", {pass, twin(kFail, false)}, 0, 0, 0},
      {"goal met", {goal(true)}, 0, 0, 0},
      {"goal not met", {goal(false)}, 0, 0, 1},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(judge(row.records).exit_status(), row.lax) << row.name;
    EXPECT_EQ(judge(row.records, {.require_complete = true, .strict_goals = false, .claims = {}}).exit_status(), row.complete) << row.name;
    EXPECT_EQ(judge(row.records, {.require_complete = false, .strict_goals = true, .claims = {}}).exit_status(), row.goals) << row.name;
  }
}

TEST(Gate, AClaimWithoutARecordFails) {
  const std::vector<Record> records{plain(Verdict::kPass), twin(Verdict::kFail)};
  GatePolicy policy;
  policy.claims = {{"BadLock", "fuzz", "Lock", "no wake"}};
  EXPECT_EQ(judge(records, policy).exit_status(), 0);
  policy.claims.push_back({"BadLock", "explore", "Lock", "no wake"});
  const GateResult result = judge(records, policy);
  EXPECT_EQ(result.exit_status(), 1);
  EXPECT_EQ(result.reasons, std::vector<std::string>{"known-bad twin not caught by explore: BadLock (no wake): not run: no record"});
  ASSERT_EQ(result.twins.size(), 2u);
  EXPECT_EQ(result.twins[0].outcome, TwinOutcome::kNotRun);
  EXPECT_EQ(result.twins[1].outcome, TwinOutcome::kCaught);
}

TEST(Gate, CatchingATwinOfOneMethodDoesNotExcuseAnother) {
  std::vector<Record> records{plain(Verdict::kPass), twin(Verdict::kFail), twin(Verdict::kPass)};
  records[2].method = "stress";
  const GateResult result = judge(records);
  EXPECT_EQ(result.exit_status(), 1);
  EXPECT_EQ(result.reasons, std::vector<std::string>{"known-bad twin not caught by stress: BadLock (no wake)"});
}

TEST(Gate, AVariantThatClaimsATwinMustCatchItItself) {
  std::vector<Record> records{plain(Verdict::kPass), twin(Verdict::kFail), twin(Verdict::kPass)};
  records[1].configuration["variant"] = "relacy";
  records[2].configuration["variant"] = "explored";
  EXPECT_EQ(judge(records).exit_status(), 0);
  GatePolicy policy;
  policy.claims = {{"BadLock", "explored", "Lock", "no wake"}};
  const GateResult result = judge(records, policy);
  EXPECT_EQ(result.exit_status(), 1);
  EXPECT_EQ(result.reasons, std::vector<std::string>{"known-bad twin not caught by explored: BadLock (no wake)"});
  records[2].verdict = Verdict::kFail;
  EXPECT_EQ(judge(records, policy).exit_status(), 0);
}

TEST(Gate, TheWordsFitTheStatus) {
  const GateResult result = judge(samples::mixed());
  EXPECT_EQ(result.exit_status(), 1);
  EXPECT_EQ(result.headline,
            "2 checks failed, 1 known-bad twin was not caught, 1 inconclusive, 6 checks passed, 1 skipped, 1 benchmark goal not met");
  EXPECT_EQ(result.reasons, (std::vector<std::string>{"RingQueue: fuzz: not-linearizable: get returned 2 before 1 <was> taken",
                                                      "Lock: explore: deadlock: all threads blocked",
                                                      "known-bad twin not caught by fuzz: QueueWithoutWake (put does not wake)"}));
  EXPECT_EQ(result.notes, (std::vector<std::string>{"Queue: goal not met: the slower thread at least 0.40",
                                                    "Queue: stress (asan): skipped: the asan variant is not built",
                                                    "Lock: fuzz: inconclusive: the time ended before the first round"}));
  const std::vector<Record> caught{plain(Verdict::kPass), twin(Verdict::kFail)};
  EXPECT_EQ(judge(caught).headline, "1 check passed, the known-bad twin was caught");
  EXPECT_EQ(judge({}).headline, "there are no records");
}

}  // namespace
}  // namespace proberen
