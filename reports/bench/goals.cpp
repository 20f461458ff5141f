#include <algorithm>
#include <optional>

#include "reports/bench/plan.hpp"

namespace proberen::bench {
namespace {

constexpr const char* kShare = "share";

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

const Series* find(const std::vector<Series>& series, const std::string& benchmark, const std::string& peer, int threads,
                   const std::string& unit) {
  const auto found = std::find_if(series.begin(), series.end(), [&](const Series& candidate) {
    return candidate.benchmark == benchmark && candidate.peer == peer && candidate.threads == threads && !candidate.samples.empty() &&
           (unit.empty() ? candidate.unit != kShare : candidate.unit == unit);
  });
  return found == series.end() ? nullptr : &*found;
}

/// The best median among the goal's peers; nothing when one of them was not measured, since the best of the rest might be an easier
/// measure.
std::optional<double> measure_of(const BenchmarkGoal& goal, const std::vector<Series>& series, int threads) {
  std::optional<double> best;
  for (const std::string& peer : goal.peers) {
    const Series* found = find(series, goal.against.empty() ? goal.benchmark : goal.against, peer, threads, goal.unit);
    if (found == nullptr) return std::nullopt;
    const double theirs = median(found->samples);
    if (!best) {
      best = theirs;
    } else {
      best = found->less_is_better ? std::min(*best, theirs) : std::max(*best, theirs);
    }
  }
  return best;
}

}  // namespace

std::vector<Goal> judge(const std::vector<BenchmarkGoal>& goals, const std::vector<Series>& series, int cores) {
  std::vector<Goal> judged;
  for (const BenchmarkGoal& goal : goals) {
    const int threads = goal.threads == 0 ? cores : goal.threads;
    const Series* const own = find(series, goal.benchmark, "", threads, goal.unit);
    if (own == nullptr) continue;
    double ratio = median(own->samples);
    if (!goal.peers.empty()) {
      const std::optional<double> measure = measure_of(goal, series, threads);
      if (!measure || *measure <= 0) continue;
      ratio /= *measure;
    }
    const bool met = goal.at_most ? ratio <= goal.limit : ratio >= goal.limit;
    judged.push_back({.text = goal.text, .ratio = ratio, .limit = goal.limit, .at_most = goal.at_most, .met = met});
  }
  return judged;
}

}  // namespace proberen::bench
