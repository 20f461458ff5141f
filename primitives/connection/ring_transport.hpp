/// RingTransport: small messages lie in rings in memory that both ends map; large ones and descriptors go as packets over a pair of
/// sockets, each behind a note in the ring that keeps it in its turn. The sockets also tell when the other end is closed or has died:
/// whoever is about to sleep asks them, and asks again every so often.
///
/// An end may be shared by processes, and outlives each that is killed. A packet and its note have the same number: a packet without a
/// note, whose sender or receiver died between the two, is left out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "primitives/connection/packet_transport.hpp"
#include "primitives/connection/transport.hpp"
#include "proberen/ipc/detail/frame_channel.hpp"
#include "proberen/ipc/detail/robust_mutex.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc::detail {

/// What the two ends share.
struct Rings {
  /// 64 KiB in each direction.
  using Channel = FrameChannel<SharedPlatform, 8192, RobustMutex>;
  Channel channels[2];
  /// Packets ever begun in each direction. Changed under the lock of the channel's senders.
  std::atomic<std::uint32_t> packets[2] = {};
  /// How many objects that were an end have been closed: one more is a reason to ask the socket. Only grows.
  std::atomic<std::uint32_t> closes{0};
};

class RingTransport final : public Transport {
 public:
  /// Bytes of a message that go into the ring; half of what would fit, so that a few of the longest do not fill it.
  static constexpr std::size_t kMostInRing = std::size_t{16} << 10;
  static_assert(kMostInRing <= Rings::Channel::kMostBytes);

  /// `end` is 0 or 1, and the other end's the other.
  RingTransport(Descriptor socket, std::shared_ptr<const Shared<Rings>> rings, Descriptor memory, int end);
  ~RingTransport() override;

  bool send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) override;
  std::optional<Message> receive(Deadline deadline) override;
  bool ready(Deadline deadline) override;
  [[nodiscard]] bool holds_message() const override { return incoming().has_message(); }
  [[nodiscard]] bool shares_memory() const override { return true; }
  void shutdown() override;
  [[nodiscard]] int socket() const override { return packets_->socket(); }
  [[nodiscard]] TransportKind kind() const override { return end_ == 0 ? TransportKind::kRing : TransportKind::kOtherRing; }
  [[nodiscard]] std::vector<int> descriptors() const override { return {socket(), memory_.get()}; }

 private:
  /// Asks the socket whether the other end is gone.
  struct OtherEndIsGone;

  [[nodiscard]] Rings::Channel& outgoing() const { return (**rings_).channels[end_]; }
  [[nodiscard]] Rings::Channel& incoming() const { return (**rings_).channels[1 - end_]; }
  void refuse_if_gone();

  std::unique_ptr<PacketTransport> packets_;
  std::shared_ptr<const Shared<Rings>> rings_;
  Descriptor memory_;
  const int end_;
  /// As many of the closes as did not end the other end.
  std::atomic<std::uint32_t> closes_seen_{0};
};

}  // namespace proberen::ipc::detail
