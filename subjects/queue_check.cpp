// Queue, bounded and unbounded, and its known-bad twins.

#include "proberen/spec/fifo.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

constexpr auto bounded = [] { return spec::Fifo{.capacity = 2}; };
constexpr auto unbounded = [] { return spec::Fifo{}; };

PROBEREN_NAMED_SUBJECT("Queue", QueueSubject<DefaultPlatform>, bounded()).with(queue_operations).with(benchmarks::queue_benchmarks);
PROBEREN_NAMED_SUBJECT("Queue.unbounded", UnboundedQueueSubject<DefaultPlatform>, unbounded()).with(queue_operations);
PROBEREN_NAMED_SUBJECT("Queue.handshake", HandshakeSubject<DefaultPlatform>, bounded()).with(handshake_operations);
PROBEREN_NAMED_SUBJECT("Queue.unbounded.handshake", UnboundedHandshakeSubject<DefaultPlatform>, unbounded()).with(handshake_operations);

PROBEREN_NAMED_SUBJECT("Queue.acquire-relaxed", QueueSubject<Mutated<m::WeakAcquire>>, bounded())
    .with(queue_operations)
    .twin("Queue", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Queue.release-relaxed", QueueSubject<Mutated<m::WeakRelease>>, bounded())
    .with(queue_operations)
    .twin("Queue", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Queue.wake-dropped", QueueSubject<Mutated<m::DroppedWake>>, bounded())
    .with(queue_operations)
    .twin("Queue", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("Queue.fences-skipped", QueueSubject<Mutated<m::SkippedFences>>, bounded())
    .with(queue_operations)
    .twin("Queue", "its fences do nothing", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Queue.cas-split", QueueSubject<Mutated<m::SplitCompareExchange>>, bounded())
    .with(queue_operations)
    .twin("Queue", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Queue.unbounded.release-relaxed", UnboundedQueueSubject<Mutated<m::WeakRelease>>, unbounded())
    .with(queue_operations)
    .twin("Queue.unbounded", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Queue.unbounded.acquire-relaxed", UnboundedQueueSubject<Mutated<m::WeakAcquire>>, unbounded())
    .with(queue_operations)
    .twin("Queue.unbounded", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Queue.unbounded.wake-dropped", UnboundedQueueSubject<Mutated<m::DroppedWake>>, unbounded())
    .with(queue_operations)
    .twin("Queue.unbounded", "it wakes nobody", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Queue.unbounded.cas-split", UnboundedQueueSubject<Mutated<m::SplitCompareExchange>>, unbounded())
    .with(queue_operations)
    .twin("Queue.unbounded", "the compare-and-swap of its locks is a load and a store", {"explore", "explored", "fuzz"});

}  // namespace
}  // namespace proberen::reference
