// Semaphore and BoundedSemaphore, the semaphore for memory shared by processes, and their known-bad twins.

#include "proberen/spec/counter.hpp"
#include "proberen/spec/semaphore.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/semaphore_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

constexpr spec::Semaphore kOneUnit{.value = 1};
constexpr spec::Semaphore kTwoUnits{.value = 2, .limit = 2};

PROBEREN_NAMED_SUBJECT("Semaphore", SemaphoreSubject<DefaultPlatform>, kOneUnit)
    .with(semaphore_operations)
    .with(benchmarks::semaphore_benchmarks);
PROBEREN_NAMED_SUBJECT("Semaphore.guard", SemaphoreGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("BoundedSemaphore", BoundedSemaphoreSubject<DefaultPlatform>, kTwoUnits)
    .with(semaphore_operations)
    .scenario("over the bound", "acquire release(1) | release(1)");
PROBEREN_NAMED_SUBJECT("BoundedSemaphore.guard", BoundedSemaphoreGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("ipc.Semaphore", SemaphoreSubject<SharedPlatform>, kOneUnit).with(semaphore_operations).process_shared();
PROBEREN_NAMED_SUBJECT("ipc.Semaphore.guard", SemaphoreGuardSubject<SharedPlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared();
PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore", BoundedSemaphoreSubject<SharedPlatform>, kTwoUnits)
    .with(semaphore_operations)
    .scenario("over the bound", "acquire release(1) | release(1)")
    .process_shared();
PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore.guard", BoundedSemaphoreGuardSubject<SharedPlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared();

PROBEREN_NAMED_SUBJECT("Semaphore.acquire-relaxed", SemaphoreGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("Semaphore", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Semaphore.release-relaxed", SemaphoreGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("Semaphore", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Semaphore.wake-dropped", SemaphoreSubject<Mutated<m::DroppedWake>>, kOneUnit)
    .with(semaphore_operations)
    .twin("Semaphore", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("Semaphore.one-wake-less", SemaphoreSubject<Mutated<m::OneWakeLess>>, kOneUnit)
    .with(semaphore_operations)
    .twin("Semaphore", "a release of several units wakes one waiter too few", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Semaphore.cas-split", SemaphoreSubject<Mutated<m::SplitCompareExchange>>, kOneUnit)
    .with(semaphore_operations)
    .twin("Semaphore", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Semaphore.add-split", SemaphoreSubject<Mutated<m::SplitRmw>>, kOneUnit)
    .with(semaphore_operations)
    .twin("Semaphore", "its count of waiters is a load and a store", {"explore", "explored"});

PROBEREN_NAMED_SUBJECT("BoundedSemaphore.acquire-relaxed", BoundedSemaphoreGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("BoundedSemaphore", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("BoundedSemaphore.release-relaxed", BoundedSemaphoreGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("BoundedSemaphore", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("BoundedSemaphore.wake-dropped", BoundedSemaphoreSubject<Mutated<m::DroppedWake>>, kTwoUnits)
    .with(semaphore_operations)
    .twin("BoundedSemaphore", "it wakes nobody", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("BoundedSemaphore.cas-split", BoundedSemaphoreSubject<Mutated<m::SplitCompareExchange>>, kTwoUnits)
    .with(semaphore_operations)
    .scenario("over the bound", "acquire release(1) | release(1)")
    .twin("BoundedSemaphore", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});

PROBEREN_NAMED_SUBJECT("ipc.Semaphore.wakes-own-process", SemaphoreSubject<NativePlatform>, kOneUnit)
    .with(semaphore_operations)
    .process_shared()
    .twin("ipc.Semaphore", "its wakes do not leave their process", {"fuzz"});

PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore.wakes-own-process", BoundedSemaphoreSubject<NativePlatform>, kTwoUnits)
    .with(semaphore_operations)
    .process_shared()
    .twin("ipc.BoundedSemaphore", "its wakes do not leave their process", {"fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore.wake-dropped", BoundedSemaphoreSubject<MutatedShared<m::DroppedWake>>, kTwoUnits)
    .with(semaphore_operations)
    .process_shared()
    .twin("ipc.BoundedSemaphore", "it wakes nobody", {"fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore.cas-split", BoundedSemaphoreSubject<MutatedShared<m::SplitCompareExchange>>, kTwoUnits)
    .with(semaphore_operations)
    .scenario("over the bound", "acquire release(1) | release(1)")
    .process_shared()
    .twin("ipc.BoundedSemaphore", "its compare-and-swap is a load and a store", {"fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.BoundedSemaphore.release-relaxed", BoundedSemaphoreGuardSubject<MutatedShared<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .process_shared()
    .twin("ipc.BoundedSemaphore", "its releases are relaxed", {"tsan"});

}  // namespace
}  // namespace proberen::reference
