/// Starting a process by fork, and by running this executable again.
#pragma once

#include <memory>
#include <span>

#include <sys/types.h>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/entry_table.hpp"

namespace proberen::ipc::detail {

class ForkServer;

/// A process that has just been started.
struct Launched {
  pid_t pid = -1;
  Descriptor pidfd;
  /// With a fork server: where the exit code arrives, and who sends it.
  Descriptor status;
  std::shared_ptr<ForkServer> server;
};

/// The first argument of a process that this library starts; its role comes next, then the numbers of its descriptors.
inline constexpr const char* kChildMarker = "--proberen-ipc-child";
inline constexpr const char* kSpawnRole = "spawn";
inline constexpr const char* kForkServerRole = "forkserver";
inline constexpr const char* kTrackerRole = "tracker";

/// Forks a child that runs the entry. Throws std::system_error.
[[nodiscard]] Launched launch_fork(const Entry& entry, void* arguments);

/// Runs this executable again, in `role`, with `descriptors` open under the same numbers. Throws std::system_error, also when exec fails.
[[nodiscard]] Launched launch_self(const char* role, std::span<const int> descriptors);

/// A pidfd of a child that nobody has reaped. Throws std::system_error, and then ends and reaps the child.
[[nodiscard]] Descriptor hold_child(pid_t pid);

/// How many threads this process has.
[[nodiscard]] int count_threads();

/// Remembers a child whose Process is gone, and reaps those that have ended.
void adopt_detached(Descriptor pidfd);
void reap_detached();

}  // namespace proberen::ipc::detail
