/// StartOptions: what one child is to have otherwise than its start method gives it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <sys/resource.h>

#include "proberen/ipc/on_destroy.hpp"

namespace proberen::ipc {

/// The variables of an environment: name to value.
using Environment = std::map<std::string, std::string>;

/// This process's at this moment, to be changed and given to a child. What is in it without a `=` is left out; of two of one name the first
/// counts, as for getenv(3), which is also like it in this: another thread must not change the environment meanwhile.
[[nodiscard]] Environment current_environment();

/// They are in force when a spawned process or a program begins, and when a child by fork or of a fork server begins its entry. What the
/// kernel refuses of them is the start's std::system_error, with its code, and then there is no child. A variable whose name is empty or
/// has a `=` is std::invalid_argument, as is a null character anywhere.
struct StartOptions {
  /// All variables that the child has, and for an entry the one that names the resource tracker (tracker.hpp). Without it, the child has
  /// those that this process has; one of a fork server has the server's.
  std::optional<Environment> environment{};
  /// "" for this process's; for a child of a fork server, the server's. A relative one is taken from this process's.
  std::string working_directory{};
  /// By RLIMIT_…: the soft and the hard limit, as setrlimit(2) takes them. Those that are not here the child has from its parent.
  std::map<int, rlimit> limits{};
  /// Every signal at its default, and none blocked. So it is anyway for a spawned process and for a program; a child by fork has otherwise
  /// what this process has, and one of a fork server what the preloads have left.
  bool reset_signals = false;
  /// Process::on_destroy().
  OnDestroy on_destroy = OnDestroy::kill();
};

}  // namespace proberen::ipc
