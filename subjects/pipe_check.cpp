// The shared memory of a pipe, and its known-bad twins.

#include "proberen/spec/fifo.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/pipe_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

constexpr auto room_for_two = [] { return spec::Fifo{.capacity = 2}; };

PROBEREN_NAMED_SUBJECT("Pipe", PipeSubject<DefaultPlatform>, room_for_two()).with(pipe_operations);
PROBEREN_NAMED_SUBJECT("ipc.Pipe", PipeSubject<SharedPlatform>, room_for_two())
    .with(pipe_operations)
    .with(benchmarks::pipe_benchmarks)
    .process_shared();

PROBEREN_NAMED_SUBJECT("Pipe.acquire-relaxed", PipeSubject<Mutated<m::WeakAcquire>>, room_for_two())
    .with(pipe_operations)
    .twin("Pipe", "its acquires are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pipe.release-relaxed", PipeSubject<Mutated<m::WeakRelease>>, room_for_two())
    .with(pipe_operations)
    .twin("Pipe", "its releases are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pipe.wake-dropped", PipeSubject<Mutated<m::DroppedWake>>, room_for_two())
    .with(pipe_operations)
    .twin("Pipe", "it wakes nobody", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Pipe.fences-skipped", PipeSubject<Mutated<m::SkippedFences>>, room_for_two())
    .with(pipe_operations)
    .twin("Pipe", "its fences do nothing", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pipe.cas-split", PipeSubject<Mutated<m::SplitCompareExchange>>, room_for_two())
    .with(pipe_operations)
    .twin("Pipe", "the compare-and-swap of its locks is a load and a store", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ipc.Pipe.wakes-own-process", PipeSubject<NativePlatform>, room_for_two())
    .with(pipe_operations)
    .process_shared()
    .twin("ipc.Pipe", "its wakes do not leave their process", {"fuzz"});

}  // namespace
}  // namespace proberen::reference

#ifdef PROBEREN_BENCHMARKS

#include "proberen/ipc/entry.hpp"

namespace {

using namespace proberen::benchmarks;
using proberen::ipc::PipeTransport;

PROBEREN_ENTRY(proberen_benchmark_connection, converse<ConnectionLink<PipeTransport::socket>>);
PROBEREN_ENTRY(proberen_benchmark_shared_connection, converse<ConnectionLink<PipeTransport::shared_memory>>);
PROBEREN_ENTRY(proberen_benchmark_bare_pipe, converse<BarePipeLink>);
PROBEREN_ENTRY(proberen_benchmark_bare_socket, converse<BareSocketLink>);

}  // namespace

#endif
