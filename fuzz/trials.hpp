/// Trials: running one scenario some times, on threads or on processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "proberen/record.hpp"
#include "proberen/scenario.hpp"

namespace proberen::fuzz {

/// What came of running one scenario some times.
struct Trial {
  std::optional<Failure> failure;  ///< of the first repetition that failed
  std::uint64_t histories = 0;
  std::uint64_t operations = 0;
  bool stuck = false;  ///< the last repetition ended with threads blocked, as the spec allows
};

class Trials {
 public:
  virtual ~Trials() = default;
  /// Runs the scenario `repetitions` times, with noise seeds `seed`, `seed` + 1, … Stops at the first failure.
  virtual Trial run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit) = 0;
  /// Child processes started so far.
  [[nodiscard]] virtual std::uint64_t started() const = 0;
};

}  // namespace proberen::fuzz
