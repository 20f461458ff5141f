/// Transport: how messages get from one end of a connection to the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "proberen/deadline.hpp"
#include "proberen/ipc/message.hpp"

namespace proberen::ipc::detail {

enum class TransportKind : std::uint8_t {
  kPacket,
  kStream,
  kRing,       ///< the first end of a pair
  kOtherRing,  ///< the second
};

/// Any thread may call any function at any time. Errors are std::system_error.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Whether it was sent: not, when there was no room for it by `deadline`.
  virtual bool send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) = 0;
  /// Empty when no message has come by `deadline`. Throws EndOfFile.
  virtual std::optional<Message> receive(Deadline deadline) = 0;
  /// Whether receive() would not wait, by `deadline`.
  virtual bool ready(Deadline deadline) = 0;
  /// Whether there is a message that the socket does not tell of.
  [[nodiscard]] virtual bool holds_message() const { return false; }
  /// Whether there may ever be one.
  [[nodiscard]] virtual bool shares_memory() const { return false; }
  virtual void shutdown() = 0;

  [[nodiscard]] virtual int socket() const = 0;
  [[nodiscard]] virtual TransportKind kind() const = 0;
  /// What unpack() needs in another process; borrowed. The socket comes first.
  [[nodiscard]] virtual std::vector<int> descriptors() const { return {socket()}; }
};

/// Makes the transport again from what its descriptors() have become; takes them from the list, which may be longer.
std::unique_ptr<Transport> unpack_transport(TransportKind kind, std::vector<Descriptor>& descriptors);

}  // namespace proberen::ipc::detail
