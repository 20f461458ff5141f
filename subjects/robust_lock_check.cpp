// RobustLock, and its known-bad twins.

#include "proberen/spec/counter.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/robust_lock_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

struct ForgetsWaiters : detail::RobustRules {
  static constexpr bool kRecoveryKeepsWaiters = false;
};
struct HidesDeath : detail::RobustRules {
  static constexpr bool kDeathIsTold = false;
};
struct ForgivesSilence : detail::RobustRules {
  static constexpr bool kUnmarkedReleaseIsFinal = false;
};
struct AnyOwner : detail::RobustRules {
  static constexpr bool kOwnerAloneReleases = false;
};

template <class Rules>
using WrongRules = RobustLockInterface<DefaultPlatform, Rules>;

PROBEREN_NAMED_SUBJECT("ipc.RobustLock", RobustLockInterface<DefaultPlatform>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .with(benchmarks::robust_lock_benchmarks);
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.guard", RobustGuardSubject<DefaultPlatform>, spec::Counter{}).with(guard_operations);
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.shared", SharedRobustGuardSubject<SharedPlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared();

PROBEREN_NAMED_SUBJECT("ipc.RobustLock.killed", KilledRobustLock<>, spec::RobustMutex{}).with(killed_lock_operations);
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.killed.deaf", KilledLock<DeafLock>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.RobustLock.killed", "its dead owner holds it for ever", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.killed.hides-death", KilledRobustLock<HidesDeath>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.RobustLock.killed", "it tells nobody that an owner died", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.killed.forgives-silence", KilledRobustLock<ForgivesSilence>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.RobustLock.killed", "released unrepaired, it is handed on as sound", {"stress"});

PROBEREN_NAMED_SUBJECT("ipc.RobustLock.forgets-waiters", WrongRules<ForgetsWaiters>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .twin("ipc.RobustLock", "who recovers it forgets that others wait (glibc BZ 20973)", {"explore"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.hides-death", WrongRules<HidesDeath>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .twin("ipc.RobustLock", "it tells nobody that an owner died", {"explore", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.forgives-silence", WrongRules<ForgivesSilence>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .twin("ipc.RobustLock", "released unrepaired, it is handed on as sound", {"explore", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.any-owner", WrongRules<AnyOwner>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .twin("ipc.RobustLock", "anybody may release it", {"explore", "fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.wake-dropped", RobustLockInterface<Mutated<m::DroppedWake>>, spec::RobustMutex{})
    .with(robust_lock_operations)
    .twin("ipc.RobustLock", "it wakes nobody", {"explore", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.acquire-relaxed", RobustGuardSubject<Mutated<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.RobustLock", "its acquires are relaxed", {"explore", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.release-relaxed", RobustGuardSubject<Mutated<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.RobustLock", "its releases are relaxed", {"explore", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.cas-split", RobustGuardSubject<Mutated<m::SplitCompareExchange>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.RobustLock", "its compare-and-swap is a load and a store", {"explore", "fuzz", "stress"});
PROBEREN_NAMED_SUBJECT("ipc.RobustLock.shared.sleeps-alone", SlowSharedRobustGuardSubject<NativePlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared()
    .twin("ipc.RobustLock.shared", "who waits sleeps where other processes do not wake", {"fuzz"});

}  // namespace
}  // namespace proberen::reference
