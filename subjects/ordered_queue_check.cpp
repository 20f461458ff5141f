// LifoQueue and PriorityQueue, and their known-bad twins.

#include <memory>

#include "proberen/lifo_queue.hpp"
#include "proberen/priority_queue.hpp"
#include "proberen/spec/lifo.hpp"
#include "proberen/spec/priority.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

template <class P>
using ParcelBox = std::unique_ptr<Parcel<P>>;

struct SmallestFirst {
  template <class Box>
  bool operator()(const Box& left, const Box& right) const {
    return left->open() < right->open();
  }
};
struct LargestFirst {
  template <class Box>
  bool operator()(const Box& left, const Box& right) const {
    return right->open() < left->open();
  }
};

template <class P, std::size_t kCapacity = 2>
using LifoSubject = QueueInterface<P, kCapacity, BasicLifoQueue<ParcelBox<P>, P>>;
template <class P, std::size_t kCapacity = 2, class Compare = SmallestFirst>
using PrioritySubject = QueueInterface<P, kCapacity, BasicPriorityQueue<ParcelBox<P>, P, Compare>>;

template <class P>
using LargestFirstSubject = PrioritySubject<P, 2, LargestFirst>;

constexpr auto lifo = [] { return spec::Lifo{.capacity = 2}; };
constexpr auto priority = [] { return spec::Priority{.capacity = 2}; };

PROBEREN_NAMED_SUBJECT("LifoQueue", LifoSubject<DefaultPlatform>, lifo())
    .with(queue_operations)
    .with(benchmarks::lifo_queue_benchmarks)
    .scenario("one puts, two get", "put(2) : put(1) | get | try_get");
PROBEREN_NAMED_SUBJECT("PriorityQueue", PrioritySubject<DefaultPlatform>, priority())
    .with(queue_operations)
    .with(benchmarks::priority_queue_benchmarks)
    .scenario("one puts, two get", "put(2) : put(1) | get | try_get")
    .scenario("the smaller one later", "put(2) put(1) : get get");

PROBEREN_NAMED_SUBJECT("LifoQueue.acquire-relaxed", LifoSubject<Mutated<m::WeakAcquire>>, lifo())
    .with(queue_operations)
    .twin("LifoQueue", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("LifoQueue.release-relaxed", LifoSubject<Mutated<m::WeakRelease>>, lifo())
    .with(queue_operations)
    .twin("LifoQueue", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("LifoQueue.wake-dropped", LifoSubject<Mutated<m::DroppedWake>>, lifo())
    .with(queue_operations)
    .twin("LifoQueue", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("LifoQueue.first-out", QueueSubject<DefaultPlatform>, lifo())
    .with(queue_operations)
    .twin("LifoQueue", "the oldest item comes first", {"explore", "explored", "fuzz"});

PROBEREN_NAMED_SUBJECT("PriorityQueue.acquire-relaxed", PrioritySubject<Mutated<m::WeakAcquire>>, priority())
    .with(queue_operations)
    .twin("PriorityQueue", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("PriorityQueue.wake-dropped", PrioritySubject<Mutated<m::DroppedWake>>, priority())
    .with(queue_operations)
    .twin("PriorityQueue", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("PriorityQueue.cas-split", PrioritySubject<Mutated<m::SplitCompareExchange>>, priority())
    .with(queue_operations)
    .twin("PriorityQueue", "its compare-and-swap is a load and a store", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("PriorityQueue.largest-first", LargestFirstSubject<DefaultPlatform>, priority())
    .with(queue_operations)
    .twin("PriorityQueue", "the largest item comes first", {"explore", "explored", "fuzz"});

}  // namespace
}  // namespace proberen::reference
