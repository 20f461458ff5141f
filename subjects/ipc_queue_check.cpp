// The ring of ipc::Queue, in memory shared by processes and on the platform of this build, and its known-bad twins.

#include "proberen/spec/fifo.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;
namespace ring = ipc::detail;

/// What ships, but that sleepers sleep until they are woken, so that no wake that gets lost is made up for.
struct SharedRing : ring::ShippedRing {
  static constexpr std::chrono::milliseconds kPatience = ring::kUntilWoken;
  static constexpr std::chrono::milliseconds kLockPatience = ring::kUntilWoken;
};

template <class P>
using CoreSubject = MessageRingInterface<P, ring::ExploredRing<P, 2>>;
template <class P>
using RingHandshakeSubject = RingHandshake<P, ring::ExploredRing<P, 2>>;

/// Excludes nobody.
struct NoMutex {
  [[nodiscard]] ring::LockOutcome acquire(Deadline) { return ring::LockOutcome::acquired; }
  void release() {}
};
struct UnlockedRing : ring::ExploredRing<DefaultPlatform, 2> {
  using Lock = NoMutex;
};

using SharedSubject = MessageRingInterface<SharedPlatform, SharedRing>;
using OwnProcessSubject = MessageRingInterface<NativePlatform, SharedRing>;
using UnlockedSubject = MessageRingInterface<DefaultPlatform, UnlockedRing>;

constexpr auto fifo = [] { return spec::Fifo{.capacity = 2}; };

PROBEREN_NAMED_SUBJECT("ipc.Queue", SharedSubject, fifo())
    .with(message_ring_operations)
    .with(benchmarks::ipc_queue_benchmarks)
    .process_shared();
PROBEREN_NAMED_SUBJECT("ipc.Queue.core", CoreSubject<DefaultPlatform>, fifo()).with(message_ring_operations);

PROBEREN_NAMED_SUBJECT("ipc.Queue.wakes-own-process", OwnProcessSubject, fifo())
    .with(message_ring_operations)
    .process_shared()
    .twin("ipc.Queue", "its wakes do not leave their process", {"fuzz"});

PROBEREN_NAMED_SUBJECT("ipc.Queue.handshake", RingHandshakeSubject<DefaultPlatform>, fifo()).with(ring_handshake_operations);

PROBEREN_NAMED_SUBJECT("ipc.Queue.core.acquire-relaxed", CoreSubject<Mutated<m::WeakAcquire>>, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.core.release-relaxed", CoreSubject<Mutated<m::WeakRelease>>, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.core.wake-dropped", CoreSubject<Mutated<m::DroppedWake>>, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.core.fences-skipped", CoreSubject<Mutated<m::SkippedFences>>, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "its fences do nothing", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.core.cas-split", CoreSubject<Mutated<m::SplitCompareExchange>>, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "its compare-and-swap is a load and a store", {"explore", "explored", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.core.unlocked", UnlockedSubject, fifo())
    .with(message_ring_operations)
    .twin("ipc.Queue.core", "its sides have no locks", {"explore", "explored", "tsan"});

}  // namespace
}  // namespace proberen::reference

#ifdef PROBEREN_BENCHMARKS

#include "proberen/ipc/entry.hpp"

PROBEREN_ENTRY(proberen_benchmark_messages, proberen::benchmarks::message_bench::carry_messages);

#endif
