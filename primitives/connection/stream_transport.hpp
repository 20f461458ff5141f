/// StreamTransport: messages over a stream, each behind its length (eight bytes, the lowest first). A lock for each direction keeps them
/// whole among the threads that use this object; a second object of the same socket, in another process say, is not supported. No
/// descriptors.
#pragma once

#include "primitives/connection/transport.hpp"
#include "proberen/lock.hpp"

namespace proberen::ipc::detail {

class StreamTransport final : public Transport {
 public:
  /// A longer message is refused by either side: what claims to be one is more likely another protocol.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 32;

  explicit StreamTransport(Descriptor socket) noexcept : socket_(std::move(socket)) {}

  /// A message of which some is sent is sent whole, and one of which some has come is waited for, deadline or not.
  bool send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) override;
  std::optional<Message> receive(Deadline deadline) override;
  bool ready(Deadline deadline) override;
  void shutdown() override;
  [[nodiscard]] int socket() const override { return socket_.get(); }
  [[nodiscard]] TransportKind kind() const override { return TransportKind::kStream; }

 private:
  Descriptor socket_;
  proberen::Lock send_lock_;
  bool send_broken_ = false;  ///< under send_lock_: a message was sent in part
  proberen::Lock receive_lock_;
  bool receive_broken_ = false;  ///< under receive_lock_: a message was received in part, or its length was refused
};

}  // namespace proberen::ipc::detail
