// ipc::Lock and ipc::RLock on a model of the kernel, and their known-bad twins. What needs the kernel itself: ipc_lock_processes_check.cpp.

#include "proberen/spec/counter.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_lock_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

template <class Rules>
using WrongRules = RobustLockInterface<DefaultPlatform, Rules>;
template <class Rules>
using WrongRulesOfRLock = RobustRLockInterface<DefaultPlatform, Rules>;

PROBEREN_NAMED_SUBJECT("ipc.Lock", RobustLockInterface<DefaultPlatform>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .with(benchmarks::ipc_lock_benchmarks);
PROBEREN_NAMED_SUBJECT("ipc.Lock.guard", RobustGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("ipc.Lock.forgets-waiters", WrongRules<ForgetsWaiters>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .twin("ipc.Lock", "who recovers it forgets that others wait (glibc BZ 20973)", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.hides-death", WrongRules<HidesDeath>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .twin("ipc.Lock", "it tells nobody that an owner died", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.forgives-silence", WrongRules<ForgivesSilence>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .twin("ipc.Lock", "released unrepaired, it is handed on as sound", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.any-owner", WrongRules<AnyOwner>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .twin("ipc.Lock", "anybody may release it", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.wake-dropped", RobustLockInterface<Mutated<m::DroppedWake>>, spec::RobustMutex{})
    .with(ipc_lock_operations)
    .twin("ipc.Lock", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.acquire-relaxed", RobustGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.Lock", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.release-relaxed", RobustGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.Lock", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.cas-split", RobustGuardSubject<Mutated<m::SplitCompareExchange>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.Lock", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz", "stress"});

PROBEREN_NAMED_SUBJECT("ipc.RLock", RobustRLockInterface<DefaultPlatform>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .with(benchmarks::ipc_rlock_benchmarks);
PROBEREN_NAMED_SUBJECT("ipc.RLock.guard", RobustRLockGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("ipc.RLock.keeps-depth", WrongRulesOfRLock<KeepsDepth>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "who inherits it goes on at its dead owner's depth", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.counts-no-releases", WrongRulesOfRLock<CountsNoReleases>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "the first release is the last", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.any-owner", WrongRulesOfRLock<AnyOwner>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "it takes every thread for its owner", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.hides-death", WrongRulesOfRLock<HidesDeath>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "it tells nobody that an owner died", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.forgets-waiters", WrongRulesOfRLock<ForgetsWaiters>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "who recovers it forgets that others wait", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.wake-dropped", RobustRLockInterface<Mutated<m::DroppedWake>>, spec::RecursiveRobustMutex{})
    .with(ipc_rlock_operations)
    .twin("ipc.RLock", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.acquire-relaxed", RobustRLockGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.RLock", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.release-relaxed", RobustRLockGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.RLock", "its releases are relaxed", {"explore", "explored", "tsan"});
}  // namespace
}  // namespace proberen::reference
