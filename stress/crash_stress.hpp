/// Crash stress: scenarios on processes, one of which is killed at a random instant.
#pragma once

#include <cstdint>

#include "proberen/ipc/start_method.hpp"
#include "proberen/subject.hpp"
#include "stress/job.hpp"

namespace proberen::stress {

/// How long to go on: until there were `kills` and it is `enough`, but not beyond `until`.
struct KillBudget {
  std::uint64_t kills;
  Clock::time_point enough;
  Clock::time_point until;
};

/// Runs the subject's crash scenarios in turn, each on a new object with one SIGKILL. A failure is a peer
/// that hangs, a history that the spec does not allow, or something left behind at the end: a process, a descriptor, a shared
/// segment of memory, a name in /dev/shm.
/// Call it in a process of its own with one thread, whose main() has called ipc::initialize(): it reaps every child of that process.
[[nodiscard]] JobOutcome stress_crashes(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, const KillBudget& budget);

}  // namespace proberen::stress
