/// The end of the parent, seen from the child.
///
/// A pidfd of the parent tells it: it becomes readable with the end of the parent's last thread. PR_SET_PDEATHSIG, which is simpler, takes
/// the end of the thread that forked for it (prctl(2); containers/bubblewrap#692).
#pragma once

#include <sys/types.h>

#include "proberen/deadline.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// A pidfd of `parent`, whose child this process was born as; if it has died meanwhile, a descriptor that is always readable. Throws
/// std::system_error.
[[nodiscard]] Descriptor hold_parent(pid_t parent);

/// Starts a thread that waits for the end of `pidfd`'s process, and then kills this one with SIGKILL. A process that is stopped dies when
/// it is continued. Throws std::system_error.
void die_with(int pidfd);

/// Whether this process has that thread. It never holds a lock, so it is no obstacle to a fork.
[[nodiscard]] bool has_watch_thread() noexcept;

/// In a copy that a fork has just made, which has the forking thread alone.
void forget_watch_thread() noexcept;

/// Whether the process of `pidfd` has ended by `deadline`. Throws std::system_error.
[[nodiscard]] bool ended_by(int pidfd, Deadline deadline);

}  // namespace proberen::ipc::detail
