/// Crash stress: scenarios on processes, one of which is killed at a random instant.
#pragma once

#include <cstdint>

#include "proberen/ipc/start_method.hpp"
#include "proberen/subject.hpp"
#include "stress/job.hpp"

namespace proberen::stress {

/// Runs the subject's crash scenarios in turn, each on a new object with one SIGKILL, `kills` times or until `until`. A failure is a peer
/// that hangs, a history that the spec does not allow, or something left behind at the end: a process, a descriptor, a shared
/// segment of memory, a name in /dev/shm.
/// Call it in a process of its own with one thread, whose main() has called ipc::initialize(): it reaps every child of that process.
[[nodiscard]] JobOutcome stress_crashes(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, std::uint64_t kills,
                                        Clock::time_point until);

}  // namespace proberen::stress
