#include "reports/render/summary.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "reports/record/tests/sample_records.hpp"

namespace proberen::render {
namespace {

Record counted(const std::string& how, std::map<std::string, std::uint64_t> counts, Verdict verdict = Verdict::kPass) {
  Record record;
  record.subject = "Queue";
  record.method = "explore";
  record.verdict = verdict;
  record.how = how;
  record.counts = std::move(counts);
  return record;
}

std::vector<std::string> combined(const std::vector<Record>& records) {
  std::vector<const Record*> pointers;
  for (const Record& record : records) pointers.push_back(&record);
  return combine_how(pointers);
}

TEST(How, WhatIsCountedIsSummed) {
  EXPECT_EQ(combined({counted("exhaustive, 12,345 executions", {{"executions", 12345}}),
                      counted("exhaustive, 55 executions", {{"executions", 55}})}),
            std::vector<std::string>{"exhaustive, 12,400 executions (2 runs)"});
}

TEST(How, WhatIsNotCountedIsNot) {
  EXPECT_EQ(combined({counted("bound 2, 7 executions on 2 threads", {{"executions", 7}}),
                      counted("bound 3, 7 executions on 2 threads", {{"executions", 7}})}),
            (std::vector<std::string>{"bound 2, 7 executions on 2 threads", "bound 3, 7 executions on 2 threads"}));
  EXPECT_EQ(combined({counted("bound 2, 2 executions", {{"executions", 2}}), counted("bound 2, 3 executions", {{"executions", 3}})}),
            std::vector<std::string>{"bound 2, 5 executions (2 runs)"})
      << "the bound happens to equal the count, but is none of executions";
}

TEST(How, SumsDoNotWrap) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(combined({counted("18446744073709551615 executions", {{"executions", most}}), counted("5 executions", {{"executions", 5}})}),
            std::vector<std::string>{"18,446,744,073,709,551,615 executions (2 runs)"});
  EXPECT_EQ(combined({counted("99999999999999999999 executions", {})}), std::vector<std::string>{"99999999999999999999 executions"});
}

TEST(How, VariantsAndReasonsAreNamed) {
  Record tsan = counted("5 operations", {});
  tsan.configuration["variant"] = "tsan";
  Record late = counted("", {}, Verdict::kInconclusive);
  late.reason = "the time ended";
  EXPECT_EQ(combined({tsan, late, counted("", {}, Verdict::kSkipped), counted("", {})}),
            (std::vector<std::string>{"tsan: 5 operations", "inconclusive: the time ended", "skipped without a reason",
                                      "the record does not say how"}));
  std::vector<Record> many;
  for (int i = 0; i < 10; ++i) many.push_back(counted("way " + std::to_string(i), {}));
  EXPECT_EQ(combined(many).back(), "and 6 more");
}

TEST(Summary, TheWorstVerdictOfACellWins) {
  using enum Verdict;
  const auto cell = [](std::vector<Verdict> verdicts) {
    std::vector<Record> records;
    for (const Verdict verdict : verdicts) {
      records.push_back(counted("h", {}, verdict));
      records.back().reason = "a reason";
      records.back().complete = true;
    }
    return summarize(records, judge(records)).rows.at(0).cells.at(0).value().words();
  };
  EXPECT_EQ(cell({kPass, kPass}), "pass, complete");
  EXPECT_EQ(cell({kPass, kFail, kInconclusive}), "fail, 1 of 3");
  EXPECT_EQ(cell({kPass, kInconclusive, kSkipped}), "inconclusive, 1 of 3");
  EXPECT_EQ(cell({kPass, kSkipped}), "pass, 1 skipped");
  EXPECT_EQ(cell({kSkipped, kSkipped}), "skipped");
}

TEST(Summary, ASkipWithoutAReasonIsTheFailureThatTheGateSees) {
  const std::vector<Record> records{counted("", {}, Verdict::kSkipped)};
  const GateResult gate = judge(records);
  const Summary summary = summarize(records, gate);
  EXPECT_EQ(gate.status, GateStatus::kFail);
  EXPECT_EQ(summary.rows.at(0).cells.at(0)->verdict, Verdict::kFail);
  EXPECT_EQ(summary.failures.size(), 1u);
}

TEST(Summary, TwinsAreApart) {
  const std::vector<Record> records = samples::mixed();
  const GateResult gate = judge(records);
  const Summary summary = summarize(records, gate);
  ASSERT_EQ(summary.rows.size(), 3u);
  EXPECT_EQ(summary.rows[0].subject, "Lock");
  EXPECT_EQ(summary.rows[2].subject, "RingQueue");
  EXPECT_EQ(summary.failures.size(), 2u);
  ASSERT_EQ(summary.twins.size(), 1u);
  EXPECT_EQ(summary.twins[0].results.size(), 2u);
  EXPECT_EQ(summary.methods.size(), 4u);
}

TEST(Summary, AMethodThatIsNotOursHasAColumn) {
  std::vector<Record> records{counted("h", {})};
  records[0].method = "prove";
  const Summary summary = summarize(records, judge(records));
  EXPECT_EQ(summary.methods.back(), "other");
  EXPECT_EQ(summary.rows.at(0).cells.back()->how, std::vector<std::string>{"prove: h"});
}

TEST(Summary, SeriesStandSideBySideAndTheSubjectFirst) {
  std::vector<Record> records = samples::good_queue();
  std::swap(records.back().series[0], records.back().series[1]);
  const GateResult gate = judge(records);
  const Summary summary = summarize(records, gate);
  ASSERT_EQ(summary.benchmarks.size(), 1u);
  ASSERT_EQ(summary.benchmarks[0].comparisons.size(), 1u);
  EXPECT_EQ(summary.benchmarks[0].comparisons[0].series.at(0)->peer, "");
  EXPECT_EQ(summary.benchmarks[0].goals.size(), 2u);
}

TEST(Summary, LimitsAndEnvironmentAreSaidOnce) {
  std::vector<Record> records = samples::good_queue();
  records[2].limits = records[1].limits;
  records[2].environment["cpu"] = "another CPU";
  const GateResult gate = judge(records);
  const Summary summary = summarize(records, gate);
  ASSERT_EQ(summary.limits.size(), 2u);
  EXPECT_EQ(summary.limits[0].methods, (std::vector<std::string>{"explore", "fuzz"}));
  EXPECT_EQ(summary.environment.at("cpu").size(), 2u);
  EXPECT_EQ(summary.environment.at("libc").size(), 1u);
}

TEST(Quartiles, OfFiniteSamplesOnly) {
  EXPECT_FALSE(quartiles({}));
  EXPECT_FALSE(quartiles({std::numeric_limits<double>::quiet_NaN()}));
  const std::optional<Quartiles> found = quartiles({4, 1, 3, 2, 5, std::numeric_limits<double>::infinity()});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->low, 2);
  EXPECT_DOUBLE_EQ(found->median, 3);
  EXPECT_DOUBLE_EQ(found->high, 4);
  EXPECT_DOUBLE_EQ(quartiles({1, 2})->median, 1.5);
}

}  // namespace
}  // namespace proberen::render
