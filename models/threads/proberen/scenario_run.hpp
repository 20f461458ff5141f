/// What came of running a scenario once, on threads or on processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "proberen/history.hpp"

namespace proberen {

struct RunOptions {
  std::uint64_t seed = 1;  ///< of the injected yields, sleeps and the order of start
  double noise = 0.3;      ///< the chance of a disturbance before and after each call
  std::chrono::milliseconds patience{
      2000};  ///< how long without any progress before the execution counts as stuck, when the kernel cannot tell sooner
};

struct ScenarioRun {
  History history;
  std::string broken_invariant;  ///< the name of an invariant that does not hold at the end; "" when all do or when the history is stuck
  std::string exception;         ///< what an operation threw; "" when none did
  std::string death;             ///< how a process that ran calls ended before its time; "" when none did
};

}  // namespace proberen
