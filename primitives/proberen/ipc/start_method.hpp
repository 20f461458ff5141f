/// The ways to start a process, after Python's multiprocessing.
#pragma once

#include <array>
#include <string_view>

namespace proberen::ipc {

enum class StartMethod {
  /// fork(2): the child begins as a copy of the caller, memory and descriptors included. Only safe while the caller has one thread, and
  /// refused otherwise. The library's own count: pools have some, and the first Timer that is started leaves one for good.
  fork,
  /// A fresh run of the same executable: the child has nothing but its arguments. Costs an exec; the caller's size and threads do not
  /// matter.
  spawn,
  /// A small helper, spawned once, forks the children: nearly as fresh as spawn, nearly as fast as fork. They have the environment, the
  /// working directory and the standard descriptors that the caller had when the helper was started, whatever it has changed since.
  forkserver,
};

[[nodiscard]] constexpr std::array<StartMethod, 3> all_start_methods() {
  return {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver};
}

[[nodiscard]] std::string_view to_string(StartMethod method);

/// The reverse of to_string(). Throws std::invalid_argument, which lists the known names, for any other text.
[[nodiscard]] StartMethod parse_start_method(std::string_view name);

/// The method of a Context that was not told one; a started process has its creator's. It is settled once, by the first of these two calls
/// in a process or its ancestors: set_default_start_method() after that throws std::logic_error, and std::invalid_argument for a value that
/// is no method; without it, it is forkserver, the only one that is both fast and safe beside threads.
void set_default_start_method(StartMethod method);
[[nodiscard]] StartMethod default_start_method();

}  // namespace proberen::ipc
