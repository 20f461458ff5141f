/// Plan: which series a subject's benchmarks make on this machine, and the order in which rounds measure them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/benchmark.hpp"
#include "proberen/record.hpp"

namespace proberen::bench {

/// One thing to measure: a benchmark of the subject or of a peer, with a number of threads.
struct Case {
  const Benchmark* benchmark = nullptr;
  int threads = 1;  ///< never 0
};

struct Plan {
  std::vector<Case> cases;
  std::vector<std::vector<std::size_t>>
      groups;       ///< cases by number that are compared with each other: one benchmark, one number of threads
  int skipped = 0;  ///< series of several threads that one core cannot run at once
};

/// Thread count 0 becomes `cores`, and what is then there twice is measured once.
[[nodiscard]] Plan make_plan(const std::vector<Benchmark>& benchmarks, int cores);

/// For each round the cases by number: groups in order of declaration, within each the members shuffled. The same seed, the same order.
[[nodiscard]] std::vector<std::vector<std::size_t>> make_rounds(const Plan& plan, int rounds, std::uint64_t seed);

/// The case's main series, without samples.
[[nodiscard]] Series empty_series(const Case& measured);

/// The goals that these series can answer.
[[nodiscard]] std::vector<Goal> judge(const std::vector<BenchmarkGoal>& goals, const std::vector<Series>& series, int cores);

}  // namespace proberen::bench
