#include "proberen/scenario_search.hpp"

#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "proberen/spec/counter.hpp"

namespace proberen {
namespace {

using std::chrono::milliseconds;

struct Tally {
  int increment() { return 0; }
  int read() { return 0; }
};

const Subject& declared(const std::string& name) {
  for (const Subject& subject : subjects()) {
    if (subject.name == name) return subject;
  }
  throw std::logic_error("not declared");
}

const Subject& tally() {
  [[maybe_unused]] static const auto built =
      SubjectBuilder<Tally>("tally", spec::Counter{}).operation("increment", &Tally::increment).operation("read", &Tally::read);
  return declared("tally");
}

struct Explored {
  std::vector<Scenario> scenarios;
  std::vector<Record> records;
};

/// Explores with a method that finds a failure in scenarios with so many calls, and exhausts the others.
Explored explore(const Subject& subject, const Request& request, std::size_t fails_at, bool exhausts = true) {
  Explored explored;
  explore_scenarios(
      subject, request, 4, [&](Record record) { explored.records.push_back(std::move(record)); },
      [&](const NamedScenario& named, milliseconds) {
        explored.scenarios.push_back(named.scenario);
        Record record;
        record.configuration["scenario"] = named.scenario.text();
        record.verdict = named.scenario.call_count() >= fails_at ? Verdict::kFail : Verdict::kPass;
        record.complete = exhausts;
        record.counts = {{"executions", 3}, {"longest", named.scenario.call_count()}};
        return record;
      });
  return explored;
}

Request request_of(milliseconds time) {
  Request request;
  request.time = time;
  request.seed = 1;
  return request;
}

TEST(ScenarioSearch, MakesUpScenariosThatGrowAndNoneTwice) {
  const Explored explored = explore(tally(), request_of(milliseconds(600)), 100);
  std::set<std::string> texts;
  for (const Scenario& scenario : explored.scenarios) EXPECT_TRUE(texts.insert(scenario.text()).second) << scenario.text();
  EXPECT_GT(texts.size(), 40u) << "all of two threads with up to two calls, and more";
  EXPECT_EQ(explored.scenarios.front().call_count(), 2u);
  EXPECT_GE(explored.scenarios.back().call_count(), 3u);
  std::uint64_t counted = 0;
  for (const Record& record : explored.records) {
    EXPECT_EQ(record.verdict, Verdict::kPass);
    EXPECT_EQ(record.counts.at("executions"), 3 * record.counts.at("scenarios"));
    counted += record.counts.at("scenarios");
  }
  EXPECT_EQ(counted, explored.scenarios.size());
  EXPECT_EQ(explored.records.front().how, "4 scenarios, exhaustive, 12 executions");
  EXPECT_EQ(explored.records.front().configuration.at("scenario name"), "made up: up to 2 threads of up to 1 call");
}

TEST(ScenarioSearch, TheSameSeedMakesTheSameUp) {
  const Explored once = explore(tally(), request_of(milliseconds(1)), 100);
  const Explored again = explore(tally(), request_of(milliseconds(1)), 100);
  ASSERT_GE(once.scenarios.size(), 4u);
  EXPECT_TRUE(std::equal(once.scenarios.begin(), once.scenarios.begin() + 4, again.scenarios.begin()));
}

TEST(ScenarioSearch, TheFirstFailureOfTheMadeUpEndsIt) {
  const Explored explored = explore(tally(), request_of(milliseconds(200)), 3);
  EXPECT_EQ(explored.records.back().verdict, Verdict::kFail);
  EXPECT_EQ(explored.records.back().configuration.at("scenario"), explored.scenarios.back().text());
  EXPECT_EQ(explored.scenarios.back().call_count(), 3u);
  for (std::size_t i = 0; i + 1 < explored.records.size(); ++i) EXPECT_EQ(explored.records[i].verdict, Verdict::kPass);
}

TEST(ScenarioSearch, WhatWasNotFinishedIsInconclusive) {
  const Explored explored = explore(tally(), request_of(milliseconds(50)), 100, false);
  EXPECT_EQ(explored.records.front().verdict, Verdict::kInconclusive);
  EXPECT_EQ(explored.records.front().reason, "the budget ended before all executions of 4 of 4 scenarios were visited");
}

TEST(ScenarioSearch, WhatHasOnlyToBeCaughtEndsWithTheFirstFailure) {
  [[maybe_unused]] static const auto built = SubjectBuilder<Tally>("named tally", spec::Counter{})
                                                 .operation("increment", &Tally::increment)
                                                 .operation("read", &Tally::read)
                                                 .scenario("one", "read | read")
                                                 .scenario("two", "read | read read")
                                                 .scenario("three", "read read | read");
  const Subject& named = declared("named tally");
  Request request = request_of(milliseconds(200));
  EXPECT_EQ(explore(named, request, 3).records.size(), 3u);
  request.catch_only = true;
  EXPECT_EQ(explore(named, request, 3).records.size(), 2u);
  EXPECT_EQ(explore(named, request, 100).records.size(), 3u);
  Scenario scenario = Scenario::parse("read read | read");
  shrink_scenario(
      named, request, scenario, [](std::string_view) {}, [](const Scenario&, milliseconds) { return true; });
  EXPECT_EQ(scenario.call_count(), 3u) << "nothing is shrunk";
  request.catch_only = false;
  shrink_scenario(
      named, request, scenario, [](std::string_view) {}, [](const Scenario&, milliseconds) { return true; });
  EXPECT_EQ(scenario.call_count(), 1u);
}

TEST(ScenarioSearch, WhatIsAskedForIsExploredAlone) {
  Request request = request_of(milliseconds(50));
  request.scenario = "increment | read read";
  const Explored explored = explore(tally(), request, 100);
  ASSERT_EQ(explored.scenarios.size(), 1u);
  EXPECT_EQ(explored.scenarios[0].text(), request.scenario);
  request.scenario = "read | read | read | read | read";
  EXPECT_THROW(explore(tally(), request, 100), std::invalid_argument);
}

}  // namespace
}  // namespace proberen
