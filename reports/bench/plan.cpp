#include "reports/bench/plan.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace proberen::bench {
namespace {

std::vector<int> thread_counts(const Benchmark& benchmark, int cores) {
  if (benchmark.make_sampler) return {1};
  std::vector<int> counts;
  for (const int declared : benchmark.threads) {
    const int threads = declared == 0 ? cores : declared;
    if (std::find(counts.begin(), counts.end(), threads) == counts.end()) counts.push_back(threads);
  }
  return counts;
}

}  // namespace

Plan make_plan(const std::vector<Benchmark>& benchmarks, int cores) {
  Plan plan;
  for (const Benchmark& benchmark : benchmarks) {
    for (const int threads : thread_counts(benchmark, cores)) {
      if (threads > 1 && cores < 2) {
        ++plan.skipped;
        continue;
      }
      const auto group = std::find_if(plan.groups.begin(), plan.groups.end(), [&](const std::vector<std::size_t>& members) {
        const Case& first = plan.cases[members.front()];
        return first.benchmark->name == benchmark.name && first.threads == threads;
      });
      if (group == plan.groups.end()) {
        plan.groups.push_back({plan.cases.size()});
      } else {
        group->push_back(plan.cases.size());
      }
      plan.cases.push_back({&benchmark, threads});
    }
  }
  return plan;
}

std::vector<std::vector<std::size_t>> make_rounds(const Plan& plan, int rounds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<std::size_t>> orders(static_cast<std::size_t>(rounds));
  for (std::vector<std::size_t>& order : orders) {
    for (std::vector<std::size_t> members : plan.groups) {
      // Not std::shuffle: its order is the library's own affair, and a seed should mean the same everywhere.
      for (std::size_t left = members.size(); left > 1; --left) std::swap(members[left - 1], members[random() % left]);
      order.insert(order.end(), members.begin(), members.end());
    }
  }
  return orders;
}

Series empty_series(const Case& measured) {
  const Benchmark& benchmark = *measured.benchmark;
  Series series{.benchmark = benchmark.name, .peer = benchmark.peer, .threads = measured.threads, .unit = {}, .samples = {}};
  if (benchmark.make_sampler) {
    series.unit = benchmark.unit;
    series.less_is_better = benchmark.less_is_better;
  } else {
    series.less_is_better = benchmark.pace == Pace::kHandOff || (benchmark.pace == Pace::kFree && measured.threads == 1);
    series.unit = series.less_is_better ? "ns/op" : "op/s";
  }
  return series;
}

}  // namespace proberen::bench
