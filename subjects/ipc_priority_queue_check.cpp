// The heap of ipc::PriorityQueue, in memory shared by processes and on the platform of this build, and its known-bad twins.

#include "proberen/spec/message_queue.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_priority_queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;
namespace heap = ipc::detail;

/// What ships, but that sleepers sleep until they are woken, so that no wake that gets lost is made up for.
struct SharedHeap : heap::ShippedHeap {
  static constexpr std::chrono::milliseconds kPatience = heap::kUntilWoken;
  static constexpr std::chrono::milliseconds kLockPatience = heap::kUntilWoken;
};

template <class P>
using CoreSubject = MessageHeapInterface<P, heap::ExploredHeap<P, 3>>;

using Explored = heap::ExploredHeap<DefaultPlatform, 3>;
/// Excludes nobody.
struct NoMutex {
  [[nodiscard]] heap::LockOutcome acquire(Deadline) { return heap::LockOutcome::acquired; }
  void release() {}
};
struct UnlockedHeap : Explored {
  using Lock = NoMutex;
};
struct NewestFirst : Explored {
  static constexpr bool kOldestFirst = false;
};
template <class Policy>
using WrongSubject = MessageHeapInterface<DefaultPlatform, Policy>;

using SharedSubject = MessageHeapInterface<SharedPlatform, SharedHeap>;
using OwnProcessSubject = MessageHeapInterface<NativePlatform, SharedHeap>;

constexpr auto message_queue = [] { return spec::MessageQueue{.messages = {.capacity = 3}}; };

PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue", SharedSubject, message_queue())
    .with(message_heap_operations)
    .with(benchmarks::ipc_priority_queue_benchmarks)
    .process_shared();
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core", CoreSubject<DefaultPlatform>, message_queue()).with(message_heap_operations);

PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.wakes-own-process", OwnProcessSubject, message_queue())
    .with(message_heap_operations)
    .process_shared()
    .twin("ipc.PriorityQueue", "its wakes do not leave their process", {"fuzz"});

PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.newest-first", WrongSubject<NewestFirst>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "of equal priorities the newest comes first", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.unlocked", WrongSubject<UnlockedHeap>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "it has no lock", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.acquire-relaxed", CoreSubject<Mutated<m::WeakAcquire>>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.release-relaxed", CoreSubject<Mutated<m::WeakRelease>>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.wake-dropped", CoreSubject<Mutated<m::DroppedWake>>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.fences-skipped", CoreSubject<Mutated<m::SkippedFences>>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "its fences do nothing", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.core.cas-split", CoreSubject<Mutated<m::SplitCompareExchange>>, message_queue())
    .with(message_heap_operations)
    .twin("ipc.PriorityQueue.core", "its compare-and-swap is a load and a store", {"explore", "explored", "stress"});

}  // namespace
}  // namespace proberen::reference
