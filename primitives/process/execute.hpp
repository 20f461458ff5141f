/// Executing a file in a child.
///
/// As posix_spawn(3) of glibc does it, and with the resource limits that it lacks: the child borrows the memory of its creator, whose
/// thread waits until it has executed the file or has ended. So a large creator costs nothing, nothing is copied that a lock could be in,
/// and the child says what it could not do by writing it down. Until it executes, it calls nothing that is not async-signal-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "primitives/process/setup.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// A descriptor that a child is to have: its number here and its number there.
struct PassedDescriptor {
  int source;
  int number;
};

struct Execution {
  /// Tried in turn as execvp(3) does: the next when there is no such file, or none that may be executed. Not empty.
  std::vector<std::string> files;
  std::vector<std::string> arguments;
  /// No source is the number of another one in the child.
  std::vector<PassedDescriptor> descriptors;
  /// Closes every other descriptor but the standard ones; else those stay that are not close-on-exec.
  bool close_others = true;
};

/// Of one that executes, the pid and the pidfd, which is its from its birth: somebody else may have reaped it by now.
struct Executed {
  pid_t pid = -1;
  Descriptor pidfd;
};

/// Starts a child that executes it, with every signal at its default and none blocked. With `failure` set there is none any more.
[[nodiscard]] Executed execute(const Execution& execution, Setup& setup, SetupFailure& failure);

/// Copies of those sources that stand where the child's numbers will be, for the execution, in which they are replaced. Throws
/// std::system_error.
[[nodiscard]] std::vector<Descriptor> lift_sources(std::span<PassedDescriptor> descriptors);

}  // namespace proberen::ipc::detail
