/// PacketTransport: every message is one packet of a SOCK_SEQPACKET socket, sent and received by one system call each, so that the kernel
/// keeps messages whole whoever shares an end. The body of a large one lies in a memory file (memfd_create(2)) that its packet carries: it
/// is complete before the packet goes, and so a message cannot end half-way, even when its sender is killed.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "primitives/connection/transport.hpp"
#include "primitives/process/packet.hpp"

namespace proberen::ipc::detail {

class PacketTransport final : public Transport {
 public:
  /// Bytes of a message that travel in the packet itself. Well below what the kernel lets a socket buffer by default (208 KiB).
  static constexpr std::size_t kMostInline = std::size_t{32} << 10;

  explicit PacketTransport(Descriptor socket) noexcept : socket_(std::move(socket)) {}

  bool send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) override {
    return send(bytes, descriptors, deadline, 0);
  }
  std::optional<Message> receive(Deadline deadline) override {
    std::uint32_t number = 0;
    return receive(deadline, number);
  }
  /// With a number that the receiver is told.
  bool send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline, std::uint32_t number);
  std::optional<Message> receive(Deadline deadline, std::uint32_t& number);
  bool ready(Deadline deadline) override;
  void shutdown() override;
  [[nodiscard]] int socket() const override { return socket_.get(); }
  [[nodiscard]] TransportKind kind() const override { return TransportKind::kPacket; }

 private:
  /// Looks for a packet some times before it sleeps: to be woken costs the sender and the receiver more than a few looks do.
  Packet next_packet(std::span<char> buffer, Deadline deadline);

  Descriptor socket_;
  /// How often to look: more while that finds packets. Any value is right.
  std::atomic<int> looks_{kMostLooks};

  /// About as long, with the pauses between them, as the kernel takes to wake a sleeper on an idle core.
  static constexpr int kMostLooks = 10;
};

}  // namespace proberen::ipc::detail
