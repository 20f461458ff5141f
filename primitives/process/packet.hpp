/// Messages with descriptors, over SOCK_SEQPACKET: one message, one packet, so nothing is ever read in part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proberen/deadline.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// The kernel's SCM_MAX_FD.
inline constexpr std::size_t kMostDescriptors = 253;

/// Two sockets that are connected, both close-on-exec. Throws std::system_error, which begins with `problem`.
[[nodiscard]] std::pair<Descriptor, Descriptor> packet_sockets(const std::string& problem);

/// Sends `first` and `second` as one packet, with `descriptors`, waiting for room until `deadline`. 0, or the error: EAGAIN when there was
/// none; never a SIGPIPE. Throws, with a deadline, what poll_until() does.
int send_packet(int socket, std::string_view first, std::string_view second, std::span<const int> descriptors,
                Deadline deadline = kForever);

struct Packet {
  /// Of the bytes; 0 when the other end is closed.
  std::size_t size = 0;
  /// All of them close-on-exec.
  std::vector<Descriptor> descriptors;
  /// Something did not fit: the bytes into the buffer, or the descriptors into this process.
  bool truncated = false;
  /// Of the socket; 0 when there is a packet or the other end is closed.
  int error = 0;
};

/// Waits for a packet; the error is EAGAIN when none has come by `deadline`. Throws, with a deadline, what poll_until() does.
Packet receive_packet(int socket, std::span<char> buffer, Deadline deadline = kForever);

/// What a fork server, or the child itself, sends about one child.
struct Report {
  enum class Kind : std::int32_t {
    /// The child's, before it runs its entry: its pid.
    kStarted,
    /// The error; with a text, when it is the child that could not set itself up, or the server.
    kFailed,
    /// The server does not fork, since it has several threads: their number.
    kThreads,
    /// The server has set itself up; or a preload has not, and the text says why.
    kReady,
    kNotReady,
    /// The child's: the text of the exception that ends it.
    kThrew,
    /// The exit code, without and with a core file.
    kEnded,
    kEndedWithCore,
  };
  Kind kind;
  std::int32_t value;
};

int send_report(int socket, Report report, std::span<const int> descriptors = {}, std::string_view text = {}) noexcept;

}  // namespace proberen::ipc::detail
