/// ForkServer: the creator's side of a fork server.
///
/// The server is this executable, run again, with one thread. A request is one packet: the entry and its arguments, or a memory file that
/// holds them, and as the first descriptor a socket of its own, on which everything about the child comes back: from the child itself its
/// pid and pidfd, before it runs the entry, and its last words; from the server, its parent, the exit code. The first request, where there
/// is anything to say in it, is what to run before the first fork and how many idle children to have; these wait for requests on the same
/// channel, in the server's place, and whichever gets one gives its socket to the server and becomes the child.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <signal.h>

#include "primitives/process/launch.hpp"
#include "primitives/process/payload.hpp"
#include "proberen/deadline.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// The first byte of a request.
inline constexpr char kBytesFollow = 'b';
inline constexpr char kMemoryFileFollows = 'm';
/// The number of idle children as text, and the names of the preloads, with a line feed after each.
inline constexpr char kSetUpFollows = 's';

/// The most bytes that travel in the packet itself; well below a socket's default buffer.
inline constexpr std::size_t kMostRequestBytes = 32 * 1024;

struct ServerOptions {
  std::vector<std::string> preload;
  std::size_t idle_children = 0;
};

/// A child that a server has been asked for. Without this the server, and a child that has not begun its entry, find that nobody waits, and
/// there is none.
struct AskedChild {
  /// Readable when there is an answer.
  Descriptor answer;
  /// A number for the child's pidfd.
  Descriptor reserved;
};

/// A start between its two halves: the child is there, or a fork server has been asked for it.
struct PendingStart {
  std::string name;
  OnDestroy on_destroy = OnDestroy::kill();
  Launched launched;
  /// Empty when the child is there.
  std::shared_ptr<ForkServer> server;
  AskedChild asked;
  /// To ask again.
  Payload payload;
  int attempts = 0;
};

/// How a child of the server has ended.
struct Ending {
  /// Empty when the server died first.
  std::optional<int> exit_code;
  bool core_dumped = false;
  std::string last_words;
};

class ForkServer : public std::enable_shared_from_this<ForkServer> {
 public:
  /// Starts the server, and waits for its preloads. Throws std::system_error when it cannot be started; std::runtime_error, with what the
  /// preload threw, when one of them fails.
  explicit ForkServer(const ServerOptions& options);
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;
  /// Ends the server and reaps it; children that run go on.
  ~ForkServer();

  /// Whether it runs, and is this process's own.
  [[nodiscard]] bool usable() const noexcept;

  /// Asks for a child. Empty when the server has died. Throws std::system_error.
  [[nodiscard]] std::optional<AskedChild> ask(const Payload& payload);

  /// Waits for the child. Empty when the server has died without starting one. Throws std::runtime_error when the server has several
  /// threads, std::system_error for any other failure.
  [[nodiscard]] std::optional<Launched> answer(AskedChild asked);

  /// Adds to `ending` how a child that has ended did so. False when the server has not said it by `deadline`: it is stopped, or slow. What
  /// the child itself has said is there by then.
  [[nodiscard]] bool receive_ending(const Descriptor& status, Deadline deadline, Ending& ending) const;

 private:
  void set_up(const ServerOptions& options);
  void end() noexcept;

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
