/// What came of running a scenario once, on threads or on processes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proberen/history.hpp"

namespace proberen {

/// The death of a process in the middle of its calls, by SIGKILL.
struct Kill {
  std::size_t thread = 0;          ///< whose calls it makes
  std::uint32_t call = 0;          ///< when it has begun this one of them …
  std::uint32_t instructions = 0;  ///< … and has executed so many instructions; where it cannot be traced, as many nanoseconds later
  /// Each of the others waits for the death before this one of its calls, so that some calls meet what the dead left, whoever is faster.
  std::array<std::uint32_t, 8> waits = {kNever, kNever, kNever, kNever, kNever, kNever, kNever, kNever};
  static constexpr std::uint32_t kNever = 0xffffffff;
  bool traced = false;  ///< the runner fills it in: the worker is traced, and stops when the call begins
};

struct RunOptions {
  std::uint64_t seed = 1;  ///< of the injected yields, sleeps and the order of start
  double noise = 0.3;      ///< the chance of a disturbance before and after each call
  std::chrono::milliseconds patience{
      2000};                   ///< how long without any progress before the execution counts as stuck, when the kernel cannot tell sooner
  std::optional<Kill> kill{};  ///< for processes
};

struct ScenarioRun {
  History history;
  std::string broken_invariant;  ///< the name of an invariant that does not hold at the end; "" when all do or when the history is stuck
  std::string exception;         ///< what an operation threw; "" when none did
  std::string death;             ///< how a process that ran calls ended before its time; "" when none did, but for the one to be killed
  bool killed_in_call = false;   ///< the one to be killed was inside a call
  std::uint32_t executed = 0;    ///< when traced: instructions of the call in which it was to be killed, until then or until it returned
};

}  // namespace proberen
