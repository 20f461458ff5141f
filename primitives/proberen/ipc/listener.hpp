/// Listener and connect(): connections between processes that have no common parent, each side proving to the other that it knows a key.
///
///   proberen::ipc::Listener listener(proberen::ipc::UnixAddress{"/run/me/socket"}, key);
///   proberen::ipc::Connection client = listener.accept();
///
///   proberen::ipc::Connection server = proberen::ipc::connect(proberen::ipc::UnixAddress{"/run/me/socket"}, key);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include <sys/types.h>

#include "proberen/detail/stop.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc {

namespace detail {
class Reception;
}

/// A socket in the file system, at most 107 bytes; only for its user, while the listener lives.
struct UnixAddress {
  std::string path;
};
/// TCP over the loopback interface, 127.0.0.1. Port 0 asks the kernel for a free one. Without descriptors.
struct TcpAddress {
  std::uint16_t port = 0;
};
using Address = std::variant<UnixAddress, TcpAddress>;

/// How long either side waits for the other to prove itself.
inline constexpr std::chrono::seconds kHandshakeTimeout{5};

/// Accepts connections. Any thread may call accept(). Move-only. The destructor removes the path of a UnixAddress, if it is still this
/// listener's; that of a forked copy leaves it.
///
/// Whoever connects and the listener prove to each other, before a message goes, that they know the key: each sends 32 random bytes, and
/// the HMAC-SHA256 (RFC 2104) under the key of its role and both sides' random bytes. So neither what was heard nor what was just said can
/// be used again. What goes over the connection afterwards is neither encrypted nor authenticated.
class Listener {
 public:
  /// Throws std::invalid_argument for an empty key or a path that is empty, too long or has a zero in it; std::system_error when the
  /// address is in use, among others.
  Listener(const Address& address, std::string_view key, std::chrono::nanoseconds handshake_timeout = kHandshakeTimeout);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// Waits for the next who connects and proves itself. Throws std::system_error when one does not prove itself (permission_denied), says
  /// something else (protocol_error), says nothing in time (timed_out) or goes (connection_aborted), a call for each; the listener goes on,
  /// and may be asked again. Up to 64 who have connected shake hands beside each other, so that one who is silent keeps out nobody else;
  /// those with whom it is not done when accept() returns go on in a later call, within their time. Where all 64 are silent, others wait.
  Connection accept() { return *accept_by(kForever); }
  /// The same, until a stop is requested: then empty.
  std::optional<Connection> accept(const std::stop_token& token) {
    return proberen::detail::until_stopped(token, [this](Deadline deadline) { return accept_by(deadline); });
  }

  /// With the port that the kernel chose.
  [[nodiscard]] const Address& address() const noexcept { return address_; }
  /// Readable when accept() has something to do, for wait_any: somebody has connected, answers, or has not answered in time. Not the socket
  /// itself.
  [[nodiscard]] const Descriptor& descriptor() const noexcept;

 private:
  std::optional<Connection> accept_by(Deadline deadline);
  /// Notes what the path is, once it is there.
  void own_path();
  void remove_path() noexcept;

  Address address_;
  /// Has the socket. None when this object was moved from.
  std::unique_ptr<detail::Reception> reception_;
  /// Of the file at the path. No other has them while the socket is open, whoever removes the path.
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  /// The process whose path it is: not one forked from it. 0: there is no path to remove.
  pid_t owner_ = 0;
};

/// Connects to a listener; `handshake_timeout` is for the whole, waiting for a listener that is behind included. Throws as Listener() and,
/// where accept() does, with the same codes.
[[nodiscard]] Connection connect(const Address& address, std::string_view key,
                                 std::chrono::nanoseconds handshake_timeout = kHandshakeTimeout);
/// The same, until a stop is requested: then empty.
[[nodiscard]] std::optional<Connection> connect(const Address& address, std::string_view key, const std::stop_token& token,
                                                std::chrono::nanoseconds handshake_timeout = kHandshakeTimeout);

}  // namespace proberen::ipc
