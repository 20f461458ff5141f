/// Job: a part of a stress run in a child process of its own, so that a crash, a hang or a sanitizer that ends the program costs one
/// failure and not the run.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proberen/record.hpp"

namespace proberen::stress {

using Clock = std::chrono::steady_clock;

/// What a job found and how much it did.
struct JobOutcome {
  std::map<std::string, std::uint64_t> counts;
  std::vector<Failure> failures;
  bool ended_itself = false;  ///< it came to its end: nothing killed it
};

/// Adds to the outcome of a job as it goes.
using Tell = std::function<void(const JobOutcome&)>;

/// Runs `work` in a forked child, which ends with the exit status that it returns. One that is still there at `limit` is killed, and that
/// is a failure of kind `hang`. The calling process has one thread.
[[nodiscard]] JobOutcome run_job(const std::function<int(const Tell& tell)>& work, Clock::time_point limit);

}  // namespace proberen::stress
