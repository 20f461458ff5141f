#include "proberen/scenario_search.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "proberen/history.hpp"
#include "proberen/random_scenario.hpp"

namespace proberen {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLeast{50};  ///< for a scenario
constexpr milliseconds kLook{300};  ///< at one simpler scenario

using Explore = std::function<Record(const NamedScenario&, milliseconds budget)>;

/// The scenarios that were asked for, or that the subject names: each gets a record.
void explore_named(const std::vector<NamedScenario>& scenarios, const Request& request, const RecordSink& sink, const Explore& explore) {
  const Clock::time_point ends = Clock::now() + request.time;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    // What one scenario leaves of its budget goes to those that follow. Each gets a little, however short the whole.
    const auto left = std::chrono::duration_cast<milliseconds>(ends - Clock::now()) / static_cast<int>(scenarios.size() - i);
    Record record = explore(scenarios[i], std::max(left, kLeast));
    const bool failed = record.verdict == Verdict::kFail;
    sink(std::move(record));
    if (failed && request.catch_only) return;
  }
}

/// What several scenarios of one size, none of which failed, say together.
class Summary {
 public:
  explicit Summary(const ScenarioShape& shape)
      : name_("made up: up to " + std::to_string(shape.threads_max) + " threads of up to " + std::to_string(shape.calls_max) +
              (shape.calls_max == 1 ? " call" : " calls")) {}

  void add(const Record& record) {
    ++scenarios_;
    if (!record.complete) ++unfinished_;
    if (scenarios_ == 1) {
      together_ = record;
      return;
    }
    for (const auto& [name, count] : record.counts) {
      std::uint64_t& sum = together_.counts[name];
      sum = name == "longest" ? std::max(sum, count) : sum + count;
    }
    together_.duration_s += record.duration_s;
  }

  void put(const RecordSink& sink) {
    if (scenarios_ == 0) return;
    for (const char* const of_one : {"threads", "scenario", "search"}) together_.configuration.erase(of_one);
    together_.configuration["scenario name"] = name_;
    together_.counts["scenarios"] = scenarios_;
    together_.complete = unfinished_ == 0;
    together_.verdict = together_.complete ? Verdict::kPass : Verdict::kInconclusive;
    together_.reason = together_.complete ? ""
                                          : "the budget ended before all executions of " + std::to_string(unfinished_) + " of " +
                                                std::to_string(scenarios_) + " scenarios were visited";
    together_.how = std::to_string(scenarios_) + (scenarios_ == 1 ? " scenario" : " scenarios") +
                    (together_.complete ? ", exhaustive, " : ", ") + std::to_string(together_.counts["executions"]) + " executions";
    sink(std::move(together_));
  }

 private:
  std::string name_;
  Record together_;
  std::size_t scenarios_ = 0;
  std::size_t unfinished_ = 0;
};

constexpr std::array<ScenarioShape, 6> kShapes{{{2, 2, 1}, {2, 2, 2}, {2, 2, 3}, {2, 3, 2}, {2, 3, 3}, {2, 4, 3}}};
constexpr int kTries = 50;  ///< in vain, after which there is no new scenario of a shape

/// Random scenarios of growing size, none twice, until the time is over or one fails. Each size gets its share of what is left.
void explore_made_up(const Subject& subject, const Request& request, std::size_t threads_max, const RecordSink& sink,
                     const Explore& explore) {
  std::mt19937_64 random(request.seed);
  const Draw draw = [&random](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::set<std::string> seen;
  const Clock::time_point ends = Clock::now() + request.time;
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    if (kShapes[i].threads_max > static_cast<int>(threads_max)) break;
    Summary summary(kShapes[i]);
    const Clock::time_point shape_ends = Clock::now() + std::max<Clock::duration>(ends - Clock::now(), kLeast) / (kShapes.size() - i);
    for (int tries = 0; tries < kTries;) {
      NamedScenario made{"made up", random_scenario(subject, kShapes[i], draw)};
      if (!seen.insert(made.scenario.text()).second) {
        ++tries;
        continue;
      }
      tries = 0;
      const auto left = std::chrono::duration_cast<milliseconds>(shape_ends - Clock::now());
      if (left.count() <= 0) break;
      Record record = explore(made, std::max(left / 2, kLeast));
      if (record.verdict == Verdict::kFail || record.verdict == Verdict::kSkipped) {
        summary.put(sink);
        return sink(std::move(record));
      }
      summary.add(record);
    }
    summary.put(sink);
  }
}

}  // namespace

void explore_scenarios(const Subject& subject, const Request& request, std::size_t threads_max, const RecordSink& sink,
                       const Explore& explore) {
  std::vector<NamedScenario> scenarios = subject.scenarios;
  if (!request.scenario.empty()) scenarios = {{"", parse_scenario(subject, request.scenario)}};
  for (const NamedScenario& named : scenarios) {
    if (named.scenario.threads.size() > threads_max || named.scenario.call_count() > kHistoryLimit) {
      throw std::invalid_argument("scenario '" + named.scenario.text() + "': exploration takes at most " + std::to_string(threads_max) +
                                  " threads and " + std::to_string(kHistoryLimit) + " calls");
    }
  }
  if (scenarios.empty()) return explore_made_up(subject, request, threads_max, sink, explore);
  explore_named(scenarios, request, sink, explore);
}

void shrink_scenario(const Subject& subject, const Request& request, Scenario& scenario, const Progress& progress,
                     const std::function<bool(const Scenario&, milliseconds time)>& fails_too) {
  if (request.catch_only) return;
  const Clock::time_point until = Clock::now() + std::clamp(request.time, milliseconds(1000), milliseconds(5000));
  for (bool simpler = true; simpler;) {
    simpler = false;
    for (const Scenario& candidate : simpler_scenarios(subject, scenario)) {
      const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now());
      if (left.count() <= 0) return;
      if (candidate.threads.empty() || !fails_too(candidate, std::min(left, kLook))) continue;
      scenario = candidate;
      progress("shrinking: " + scenario.text());
      simpler = true;
      break;
    }
  }
}

}  // namespace proberen
