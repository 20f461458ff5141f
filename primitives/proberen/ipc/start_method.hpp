/// The ways to start a process, after Python's multiprocessing.
#pragma once

#include <string_view>

namespace proberen::ipc {

enum class StartMethod {
  /// fork(2): the child begins as a copy of the caller, memory and descriptors included. Only safe while the caller has one thread.
  fork,
  /// A fresh run of the same executable: the child has nothing but its arguments. Costs an exec; the caller's size and threads do not
  /// matter.
  spawn,
  /// A small helper, spawned once, forks the children: nearly as fresh as spawn, nearly as fast as fork.
  forkserver,
};

[[nodiscard]] std::string_view to_string(StartMethod method);

/// The reverse of to_string(). Throws std::invalid_argument, which lists the known names, for any other text.
[[nodiscard]] StartMethod parse_start_method(std::string_view name);

}  // namespace proberen::ipc
