// ipc::Lock and ipc::RLock on the real kernel, in memory shared by processes, and their known-bad twins.

#include "proberen/spec/counter.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_lock_subject.hpp"

namespace proberen::reference {
namespace {

PROBEREN_NAMED_SUBJECT("ipc.Lock.shared", SharedRobustGuardSubject<SharedPlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared();

PROBEREN_NAMED_SUBJECT("ipc.Lock.killed", KilledRobustLock<>, spec::RobustMutex{}).with(killed_lock_operations);
PROBEREN_NAMED_SUBJECT("ipc.Lock.killed.deaf", KilledLock<DeafLock>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.Lock.killed", "its dead owner holds it for ever", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.killed.hides-death", KilledRobustLock<HidesDeath>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.Lock.killed", "it tells nobody that an owner died", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.Lock.killed.forgives-silence", KilledRobustLock<ForgivesSilence>, spec::RobustMutex{})
    .with(killed_lock_operations)
    .twin("ipc.Lock.killed", "released unrepaired, it is handed on as sound", {"stress"});

PROBEREN_NAMED_SUBJECT("ipc.RLock.killed", KilledRobustRLock<>, spec::RecursiveRobustMutex{}).with(killed_rlock_operations);
PROBEREN_NAMED_SUBJECT("ipc.RLock.killed.keeps-depth", KilledRobustRLock<KeepsDepth>, spec::RecursiveRobustMutex{})
    .with(killed_rlock_operations)
    .twin("ipc.RLock.killed", "who inherits it goes on at its dead owner's depth", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.RLock.killed.hides-death", KilledRobustRLock<HidesDeath>, spec::RecursiveRobustMutex{})
    .with(killed_rlock_operations)
    .twin("ipc.RLock.killed", "it tells nobody that an owner died", {"stress"});

PROBEREN_NAMED_SUBJECT("ipc.Lock.shared.sleeps-alone", SlowSharedRobustGuardSubject<NativePlatform>, spec::Counter{})
    .with(guard_operations)
    .process_shared()
    .twin("ipc.Lock.shared", "who waits sleeps where other processes do not wake", {"fuzz"});

}  // namespace
}  // namespace proberen::reference
