// Lock and RLock, the lock for memory shared by processes, and their known-bad twins.

#include "proberen/spec/counter.hpp"
#include "proberen/spec/mutex.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/lock_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

PROBEREN_NAMED_SUBJECT("Lock", LockSubject<DefaultPlatform>, spec::Mutex{})
    .with(lock_operations)
    .with(benchmarks::lock_benchmarks)
    .scenario("released by another", "acquire : acquire | release");
PROBEREN_NAMED_SUBJECT("Lock.guard", LockGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("RLock", RLockSubject<DefaultPlatform>, spec::RecursiveMutex{})
    .with(lock_operations)
    .with(benchmarks::rlock_benchmarks)
    .scenario("taken twice", "acquire acquire release release | acquire release");
PROBEREN_NAMED_SUBJECT("RLock.guard", RLockGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("ipc.PlainLock", LockSubject<SharedPlatform>, spec::Mutex{}).with(lock_operations).process_shared();
PROBEREN_NAMED_SUBJECT("ipc.PlainLock.guard", LockGuardSubject<SharedPlatform>, spec::Counter{}).with(guard_operations).process_shared();

PROBEREN_NAMED_SUBJECT("Lock.acquire-relaxed", LockGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("Lock", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Lock.release-relaxed", LockGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("Lock", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("Lock.wake-dropped", LockSubject<Mutated<m::DroppedWake>>, spec::Mutex{})
    .with(lock_operations)
    .twin("Lock", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("Lock.cas-split", LockGuardSubject<Mutated<m::SplitCompareExchange>>, spec::Counter{})
    .with(guard_operations)
    .twin("Lock", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("Lock.exchange-split", LockGuardSubject<Mutated<m::SplitRmw>>, spec::Counter{})
    .with(guard_operations)
    .twin("Lock", "its exchange is a load and a store", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Lock.parks-on-latest", LockSubject<Mutated<m::ParkOnLatest>>, spec::Mutex{})
    .with(lock_operations)
    .twin("Lock", "it falls asleep whatever the word holds", {"explore", "explored"});

PROBEREN_NAMED_SUBJECT("RLock.acquire-relaxed", RLockGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("RLock", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("RLock.release-relaxed", RLockGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("RLock", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("RLock.wake-dropped", RLockSubject<Mutated<m::DroppedWake>>, spec::RecursiveMutex{})
    .with(lock_operations)
    .twin("RLock", "it wakes nobody", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("RLock.cas-split", RLockGuardSubject<Mutated<m::SplitCompareExchange>>, spec::Counter{})
    .with(guard_operations)
    .twin("RLock", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("RLock.any-owner", RLockSubject<Mutated<m::SameThread>>, spec::RecursiveMutex{})
    .with(lock_operations)
    .twin("RLock", "it takes every thread for its owner", {"explore", "explored", "fuzz"});

PROBEREN_NAMED_SUBJECT("ipc.PlainLock.wakes-own-process", LockSubject<NativePlatform>, spec::Mutex{})
    .with(lock_operations)
    .process_shared()
    .twin("ipc.PlainLock", "its wakes do not leave their process", {"fuzz"});

}  // namespace
}  // namespace proberen::reference
