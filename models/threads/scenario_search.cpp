#include "proberen/scenario_search.hpp"

#include <algorithm>
#include <stdexcept>

#include "proberen/history.hpp"
#include "proberen/random_scenario.hpp"

namespace proberen {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook{300};  ///< at one simpler scenario

}  // namespace

void explore_scenarios(const Subject& subject, const Request& request, std::size_t threads_max, const RecordSink& sink,
                       const std::function<Record(const NamedScenario&, milliseconds budget)>& explore) {
  const std::vector<NamedScenario> scenarios = scenarios_to_explore(subject, request.scenario, request.seed);
  for (const NamedScenario& named : scenarios) {
    if (named.scenario.threads.size() > threads_max || named.scenario.call_count() > kHistoryLimit) {
      throw std::invalid_argument("scenario '" + named.scenario.text() + "': exploration takes at most " + std::to_string(threads_max) +
                                  " threads and " + std::to_string(kHistoryLimit) + " calls");
    }
  }
  const Clock::time_point ends = Clock::now() + request.time;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    // What one scenario leaves of its budget goes to those that follow. Each gets a little, however short the whole.
    const auto left = std::chrono::duration_cast<milliseconds>(ends - Clock::now()) / static_cast<int>(scenarios.size() - i);
    Record record = explore(scenarios[i], std::max(left, milliseconds(50)));
    const bool failed = record.verdict == Verdict::kFail;
    sink(std::move(record));
    if (failed && request.catch_only) return;
  }
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
