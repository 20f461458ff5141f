// The subject `pool`: ipc::Pool itself, which no spec describes; its tests are in primitives/tests. Nothing but measurements.

#include "proberen/spec/nothing.hpp"
#include "proberen/subject.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"

namespace {
struct Pools {};
}  // namespace

PROBEREN_NAMED_SUBJECT("pool", Pools, proberen::spec::Nothing{}).with(proberen::benchmarks::pool_benchmarks);
