/// Starting a process by fork, and by executing a file, which may be this executable again.
#pragma once

#include <memory>
#include <span>
#include <string>

#include <sys/types.h>

#include "primitives/process/execute.hpp"
#include "primitives/process/identity.hpp"
#include "primitives/process/last_words.hpp"
#include "primitives/process/setup.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/entry_table.hpp"

namespace proberen::ipc::detail {

class ForkServer;

/// A process that has just been started.
struct Launched {
  pid_t pid = -1;
  Descriptor pidfd;
  /// It has ended, and somebody else has reaped it before it could be held; `pidfd` is another descriptor that is readable.
  bool lost = false;
  std::string name;
  OnDestroy on_destroy = OnDestroy::kill();
  /// Without a fork server.
  LastWords last_words;
  /// With a fork server: where the exit code arrives, and who sends it.
  Descriptor status;
  std::shared_ptr<ForkServer> server;
};

/// The first argument of a process that this library starts; its role comes next, then the numbers of its descriptors.
inline constexpr const char* kChildMarker = "--proberen-ipc-child";
inline constexpr const char* kSpawnRole = "spawn";
inline constexpr const char* kForkServerRole = "forkserver";
inline constexpr const char* kTrackerRole = "tracker";

/// Forks a child that runs the entry. Of the descriptors it keeps those in the arguments, unless its birth says that it keeps all. Throws
/// std::system_error, also when the child cannot be set up.
[[nodiscard]] Launched launch_fork(const Entry& entry, void* arguments, const Birth& birth, Setup& setup);

/// Runs this executable again, in `role`, with `descriptors` open as 3, 4 and so on, and with no others but the standard ones;
/// `keep_descriptors` leaves it those that are not close-on-exec as well, and the numbers as they are. Throws std::system_error, also when
/// the child cannot be set up, or exec fails.
[[nodiscard]] Launched launch_self(const char* role, std::span<const int> descriptors, Setup& setup, bool keep_descriptors = false);
/// With nothing to set up.
[[nodiscard]] Launched launch_self(const char* role, std::span<const int> descriptors);

/// The same for any executable: the error begins with `problem` when exec fails.
[[nodiscard]] Launched launch_execution(const Execution& execution, Setup& setup, const std::string& problem);

/// Throws std::system_error when one of these, which a child is to have, is not open. To be asked before anything is opened that might get
/// its number.
void require_open(std::span<const int> descriptors);

/// Keeps a descriptor's number free for what must not fail later: close it, and open the other.
[[nodiscard]] Descriptor reserve_descriptor();

/// How many threads this process has, without those that have ended, and those of which the library or a sanitizer knows that they do not
/// matter to a fork.
[[nodiscard]] int count_threads();

}  // namespace proberen::ipc::detail
