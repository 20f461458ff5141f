/// ipc::RLock: an ipc::Lock that its owner may take again, after Python's multiprocessing.RLock.
///
/// As many releases as acquires; only the owner, one thread of one process, releases. An owner's death is told as ipc::Lock tells it, to
/// the next owner, whose first acquire it is however often the dead one had taken the lock. It is told once: when the new owner takes the
/// lock again that is `acquired`, repaired or not. mark_consistent() may be called at any depth. mark_unrecoverable() gives the lock back
/// as a whole; the releases of outer levels are then told operation_not_permitted, so a std::unique_lock among them must be release()d.
///
/// Everything else as ipc::Lock (ipc/lock.hpp), in 48 bytes; would_deadlock is not among the answers. To take it more than 2^32 - 1 times
/// throws std::system_error (resource_unavailable_try_again), and nothing changes.
#pragma once

#include <type_traits>

#include "proberen/detail/recursive_robust_core.hpp"
#include "proberen/ipc/detail/robust_forms.hpp"
#include "proberen/ipc/detail/robust_list.hpp"
#include "proberen/ipc/lock.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc {

template <Platform P, class Kernel, class Rules = proberen::detail::RobustRules>
class BasicRobustRLock : public detail::RobustForms<P, proberen::detail::RecursiveRobustCore<P, Kernel, Rules>> {};

using RLock = BasicRobustRLock<SharedPlatform, detail::RobustKernel>;

static_assert(sizeof(RLock) == 48 && std::is_standard_layout_v<RLock> && std::is_trivially_destructible_v<RLock>);

}  // namespace proberen::ipc
