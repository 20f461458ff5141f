/// Rounds: hands cases to Google Benchmark, round after round, and keeps what each repetition found.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/bench/plan.hpp"

namespace proberen::bench {

struct Measurements {
  std::vector<Series> series;    ///< of every case, and its shares where it has them
  std::uint64_t iterations = 0;  ///< all that were timed
  std::string exception;         ///< what a benchmark threw, and which; "" when none did. Then the series are what was measured until then.
};

/// The cores that this process may use, by number.
[[nodiscard]] std::vector<int> allowed_cores();

/// Warms each case up and measures `rounds` (make_rounds), each repetition taking about `time`. Not to be called by two threads at once:
/// Google Benchmark is one for the whole process.
[[nodiscard]] Measurements measure(const Plan& plan, const std::vector<std::vector<std::size_t>>& rounds, std::chrono::nanoseconds time,
                                   const std::function<void(std::string_view)>& progress);

}  // namespace proberen::bench
