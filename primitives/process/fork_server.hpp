/// ForkServer: the creator's side of a fork server.
///
/// The server is this executable, run again, with one thread. A request is one packet: the entry and its arguments, or a memory file that
/// holds them, and as the first descriptor a socket of its own, on which everything about the child comes back: from the child itself its
/// pid and pidfd, before it runs the entry; from the server, its parent, the exit code.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include <signal.h>

#include "primitives/process/launch.hpp"
#include "primitives/process/payload.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// The first byte of a request.
inline constexpr char kBytesFollow = 'b';
inline constexpr char kMemoryFileFollows = 'm';

/// The most bytes that travel in the packet itself; well below a socket's default buffer.
inline constexpr std::size_t kInlineLimit = 32 * 1024;

class ForkServer : public std::enable_shared_from_this<ForkServer> {
 public:
  /// Starts the server. Throws std::system_error.
  ForkServer();
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;
  /// Ends the server and reaps it; children that run go on.
  ~ForkServer();

  /// Whether it runs, and is this process's own.
  [[nodiscard]] bool usable() const noexcept;

  /// Starts a child. Empty when the server has died without starting one. Throws std::system_error for any other failure.
  [[nodiscard]] std::optional<Launched> launch(const Payload& payload);

  /// The exit code of a child that has ended; empty when the server died first.
  [[nodiscard]] std::optional<int> receive_exit_code(const Descriptor& status) const;

 private:
  Descriptor channel_;
  Launched server_;
  pid_t creator_;
  std::atomic<bool> lost_{false};
};

/// The exit status of a child that was waited for, or minus the signal that killed it.
[[nodiscard]] inline int exit_code_of(const siginfo_t& info) noexcept {
  return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

}  // namespace proberen::ipc::detail
