// The subject `processes`: no operations, only measurements. List this file last among a check's sources: see tell_time_if_asked.

#include "proberen/spec/nothing.hpp"
#include "proberen/subject.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"

namespace {
struct Processes {};
}  // namespace

PROBEREN_NAMED_SUBJECT("processes", Processes, proberen::spec::Nothing{}).with(proberen::benchmarks::process_benchmarks);

#ifdef PROBEREN_BENCHMARKS

#include "proberen/ipc/entry.hpp"

namespace {

using namespace proberen::benchmarks;

void tell(const proberen::ipc::Descriptor& pipe) { peers::tell_time(pipe.get()); }

PROBEREN_ENTRY(proberen_benchmark_tell_time, tell);
PROBEREN_ENTRY(proberen_benchmark_lock, exchange<LockGate>);
PROBEREN_ENTRY(proberen_benchmark_semaphore, exchange<SemaphoreGate>);
PROBEREN_ENTRY(proberen_benchmark_pthread, exchange<PthreadGate>);
PROBEREN_ENTRY(proberen_benchmark_posix, exchange<PosixGate>);

[[maybe_unused]] const bool told_time = peers::tell_time_if_asked();

}  // namespace

#endif
