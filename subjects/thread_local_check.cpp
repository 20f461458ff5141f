// What ThreadLocal rests on, and its known-bad twins.

#include "proberen/spec/thread_local.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/thread_local_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

constexpr auto index_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("claim", &T::claim)
      .weight(2)
      .operation("free", &T::free)
      .scenario("two begin", "claim | claim")
      .scenario("one after another", "claim free claim | claim")
      .scenario("two take what is free", "claim free claim | claim free claim")
      .workload("begun and ended", "claim free | claim claim free free");
};

struct NoTags : detail::LocalRules {
  static constexpr bool kComparesTags = false;
};
struct NoWaiting : detail::LocalRules {
  static constexpr bool kAwaitsDepartures = false;
};

using TaglessSubject = LocalInterface<DefaultPlatform, NoTags>;
using HurriedSubject = LocalInterface<DefaultPlatform, NoWaiting>;

PROBEREN_NAMED_SUBJECT("ThreadLocal", LocalSubject<DefaultPlatform>, spec::ThreadLocal{})
    .with(local_operations)
    .with(benchmarks::thread_local_benchmarks);
PROBEREN_NAMED_SUBJECT("ThreadLocal.indices", LocalIndices<DefaultPlatform>, spec::Indices{}).with(index_operations);

PROBEREN_NAMED_SUBJECT("ThreadLocal.acquire-relaxed", LocalSubject<Mutated<m::WeakAcquire>>, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "its acquires are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.release-relaxed", LocalSubject<Mutated<m::WeakRelease>>, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "its releases are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.wake-dropped", LocalSubject<Mutated<m::DroppedWake>>, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "it wakes nobody", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.cas-split", LocalSubject<Mutated<m::SplitCompareExchange>>, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.same-thread", LocalSubject<Mutated<m::SameThread>>, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "it takes every thread for the visitor", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.tags-ignored", TaglessSubject, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "an exiting thread takes its value though the object has ended", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.end-hurries", HurriedSubject, spec::ThreadLocal{})
    .with(local_operations)
    .twin("ThreadLocal", "its end does not wait for values that threads are destroying", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadLocal.indices.cas-split", LocalIndices<Mutated<m::SplitCompareExchange>>, spec::Indices{})
    .with(index_operations)
    .twin("ThreadLocal.indices", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});

}  // namespace
}  // namespace proberen::reference
