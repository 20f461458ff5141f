// Goals on synthetic series, and the plan of what is measured in which order.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "reports/bench/plan.hpp"

namespace proberen::bench {
namespace {

Series series(const std::string& benchmark, const std::string& peer, int threads, const std::string& unit, std::vector<double> samples) {
  return {.benchmark = benchmark,
          .peer = peer,
          .threads = threads,
          .unit = unit,
          .less_is_better = unit == "ns/op",
          .samples = std::move(samples)};
}

BenchmarkGoal goal(const std::string& benchmark, int threads, std::vector<std::string> peers, bool at_most, double limit) {
  return {.text = "goal", .benchmark = benchmark, .threads = threads, .peers = std::move(peers), .at_most = at_most, .limit = limit};
}

TEST(Goals, ComparesMedians) {
  const std::vector<Series> found{series("lock", "", 1, "ns/op", {10, 1000, 8}), series("lock", "other", 1, "ns/op", {20, 1, 30, 20})};
  const std::vector<Goal> met = judge({goal("lock", 1, {"other"}, true, 0.5)}, found, 2);
  ASSERT_EQ(met.size(), 1U);
  EXPECT_DOUBLE_EQ(met[0].ratio, 0.5);
  EXPECT_TRUE(met[0].met);
  const std::vector<Goal> missed = judge({goal("lock", 1, {"other"}, true, 0.49)}, found, 2);
  ASSERT_EQ(missed.size(), 1U);
  EXPECT_FALSE(missed[0].met);
  EXPECT_EQ(missed[0].limit, 0.49);
  EXPECT_TRUE(missed[0].at_most);
}

TEST(Goals, AtLeastTurnsTheComparisonRound) {
  const std::vector<Series> found{series("put", "", 2, "op/s", {30}), series("put", "other", 2, "op/s", {20})};
  EXPECT_TRUE(judge({goal("put", 2, {"other"}, false, 1.5)}, found, 2).at(0).met);
  EXPECT_FALSE(judge({goal("put", 2, {"other"}, false, 1.6)}, found, 2).at(0).met);
}

TEST(Goals, TheBestPeerIsTheMeasure) {
  const std::vector<Series> times{series("b", "", 1, "ns/op", {10}), series("b", "slow", 1, "ns/op", {40}),
                                  series("b", "fast", 1, "ns/op", {20})};
  EXPECT_DOUBLE_EQ(judge({goal("b", 1, {"slow", "fast"}, true, 1)}, times, 2).at(0).ratio, 0.5);
  const std::vector<Series> rates{series("b", "", 2, "op/s", {10}), series("b", "slow", 2, "op/s", {5}),
                                  series("b", "fast", 2, "op/s", {20})};
  EXPECT_DOUBLE_EQ(judge({goal("b", 2, {"slow", "fast"}, false, 1)}, rates, 2).at(0).ratio, 0.5);
}

TEST(Goals, SharesAreAbsolute) {
  BenchmarkGoal fair = goal("lock", 0, {}, false, 0.4);
  fair.unit = "share";
  const std::vector<Series> found{series("lock", "", 2, "op/s", {1e6}), series("lock", "", 2, "share", {0.5, 0.41, 0.1})};
  const std::vector<Goal> judged = judge({fair}, found, 2);
  ASSERT_EQ(judged.size(), 1U);
  EXPECT_DOUBLE_EQ(judged[0].ratio, 0.41);
  EXPECT_TRUE(judged[0].met);
}

TEST(Goals, MayStandAgainstAnotherBenchmarkOfTheSubject) {
  BenchmarkGoal independent = goal("start, large", 1, {""}, true, 1.2);
  independent.against = "start, small";
  const std::vector<Series> found{series("start, large", "", 1, "us", {115}), series("start, small", "", 1, "us", {100})};
  EXPECT_DOUBLE_EQ(judge({independent}, found, 2).at(0).ratio, 1.15);
}

TEST(Goals, WithoutFiguresThereIsNoAnswer) {
  const std::vector<Series> found{series("b", "", 1, "ns/op", {10}), series("b", "one", 1, "ns/op", {10}),
                                  series("b", "two", 1, "ns/op", {})};
  EXPECT_EQ(judge({goal("b", 1, {"one"}, true, 1)}, found, 2).size(), 1U);
  EXPECT_TRUE(judge({goal("b", 1, {"one", "two"}, true, 1)}, found, 2).empty());
  EXPECT_TRUE(judge({goal("b", 2, {"one"}, true, 1)}, found, 2).empty());
}

Benchmark declared(const std::string& name, const std::string& peer, std::vector<int> threads) {
  return {.name = name,
          .peer = peer,
          .threads = std::move(threads),
          .make = [] { return std::unique_ptr<BenchmarkBody>(); },
          .pace = Pace::kFree};
}

TEST(Plan, AllCoresAreMeasuredOnce) {
  const std::vector<Benchmark> benchmarks{declared("a", "", {1, 2, 0}), declared("a", "peer", {1, 2, 0})};
  EXPECT_EQ(make_plan(benchmarks, 2).cases.size(), 4U);
  EXPECT_EQ(make_plan(benchmarks, 2).groups.size(), 2U);
  const Plan four = make_plan(benchmarks, 4);
  EXPECT_EQ(four.cases.size(), 6U);
  EXPECT_TRUE(std::any_of(four.cases.begin(), four.cases.end(), [](const Case& one) { return one.threads == 4; }));
}

TEST(Plan, OneCoreCannotContend) {
  const std::vector<Benchmark> benchmarks{declared("a", "", {1, 2, 0}), declared("b", "", {2})};
  const Plan plan = make_plan(benchmarks, 1);
  ASSERT_EQ(plan.cases.size(), 1U);
  EXPECT_EQ(plan.cases[0].threads, 1);
  EXPECT_EQ(plan.skipped, 2);
}

TEST(Plan, RoundsMeasureEverythingOnceAndPeersSideBySide) {
  const std::vector<Benchmark> benchmarks{declared("a", "", {1}), declared("b", "", {1}), declared("a", "x", {1}), declared("a", "y", {1})};
  const Plan plan = make_plan(benchmarks, 2);
  const auto rounds = make_rounds(plan, 20, 7);
  ASSERT_EQ(rounds.size(), 20U);
  std::set<std::size_t> first_of_a;
  for (const auto& round : rounds) {
    ASSERT_EQ(round.size(), 4U);
    EXPECT_EQ(std::set<std::size_t>(round.begin(), round.begin() + 3), (std::set<std::size_t>{0, 2, 3}));
    EXPECT_EQ(round[3], 1U);
    first_of_a.insert(round[0]);
  }
  EXPECT_EQ(first_of_a.size(), 3U) << "in 20 rounds nobody is always first";
  EXPECT_EQ(rounds, make_rounds(plan, 20, 7));
  EXPECT_NE(rounds, make_rounds(plan, 20, 8));
}

}  // namespace
}  // namespace proberen::bench
