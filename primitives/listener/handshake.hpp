/// How two processes prove to each other that they know the same key: a mutual challenge and response.
///
///   listener -> client   "PROBEREN", nonce L
///   client -> listener   nonce C, HMAC(key, "client" L C)
///   listener -> client   HMAC(key, "listener" L C)
///
/// The role in the code refuses a reflection, the receiver's own nonce a replay.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "proberen/deadline.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

using Bytes32 = std::array<unsigned char, 32>;

/// The client's side. Throws std::system_error when the other side fails: permission_denied, protocol_error, timed_out or
/// connection_aborted.
void shake_hands(int socket, std::string_view key, Deadline deadline);

/// The listener's side, in steps that do not wait. Both throw as shake_hands(), but know of no time.
class Welcome {
 public:
  /// Sends the challenge.
  explicit Welcome(Descriptor socket);
  /// Reads what has come: whether the other side has proved itself, and has had its answer.
  [[nodiscard]] bool step(std::string_view key);

  [[nodiscard]] int socket() const noexcept { return socket_.get(); }
  [[nodiscard]] Descriptor take_socket() noexcept { return std::move(socket_); }

 private:
  Descriptor socket_;
  Bytes32 nonce_;
  /// What has come of the answer, which has 64 bytes, and room for one too many.
  std::array<char, 65> heard_;
  std::size_t heard_size_ = 0;
};

}  // namespace proberen::ipc::detail
