/// One object in memory shared by processes, and children of each start method that use it all at once.
#pragma once

#include <cstdint>

#include "proberen/ipc/start_method.hpp"
#include "proberen/subject.hpp"
#include "stress/job.hpp"

namespace proberen::stress {

/// Repeats the workload by children started in this way until `until`: a new object and new children each time. The calling process has one
/// thread, and its main() has called ipc::initialize().
[[nodiscard]] JobOutcome stress_processes(const Subject& subject, const NamedScenario& workload, ipc::StartMethod method,
                                          std::uint64_t seed, Clock::time_point until);

}  // namespace proberen::stress
