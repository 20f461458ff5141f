#include "primitives/connection/ring_transport.hpp"

#include <cstring>

#include <poll.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

enum Kind : std::uint32_t {
  kMessage,        ///< the message itself
  kMessageFollows  ///< over the socket; here is its number
};

}  // namespace

struct RingTransport::OtherEndIsGone {
  /// How late a death is noticed by who sleeps; a close wakes at once.
  static constexpr std::chrono::milliseconds kLookAgain{20};
  bool operator()() const {
    pollfd state{socket, 0, 0};
    return poll_until({&state, 1}, Deadline::min()) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
  }
  int socket;
};

RingTransport::RingTransport(Descriptor socket, std::shared_ptr<const Shared<Rings>> rings, Descriptor memory, int end)
    : packets_(std::make_unique<PacketTransport>(std::move(socket))), rings_(std::move(rings)), memory_(std::move(memory)), end_(end) {}

RingTransport::~RingTransport() {
  packets_.reset();  // first, so that whoever is woken finds the socket closed
  Rings& rings = **rings_;
  rings.closes.fetch_add(1, std::memory_order_release);
  for (Rings::Channel& channel : rings.channels) channel.wake_all();
}

void RingTransport::refuse_if_gone() {
  const std::uint32_t closes = (*rings_)->closes.load(std::memory_order_acquire);
  if (closes == closes_seen_.load(std::memory_order_relaxed)) return;
  if (OtherEndIsGone{socket()}()) throw_error(EPIPE, "cannot send a message");
  closes_seen_.store(closes, std::memory_order_relaxed);
}

bool RingTransport::send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) {
  refuse_if_gone();
  const bool in_ring = bytes.size() <= kMostInRing && descriptors.empty();
  std::uint32_t number = 0;
  const auto send_packet = [&] {
    if (in_ring) return true;
    number = (*rings_)->packets[end_].fetch_add(1, std::memory_order_relaxed) + 1;
    return packets_->send(bytes, descriptors, deadline, number);
  };
  const std::string_view note(reinterpret_cast<const char*>(&number), sizeof number);
  const ChannelStatus status =
      outgoing().put(in_ring ? kMessage : kMessageFollows, in_ring ? bytes : note, deadline, OtherEndIsGone{socket()}, send_packet);
  if (status == ChannelStatus::closed) throw_error(EPIPE, "cannot send a message");
  return status == ChannelStatus::ok;
}

std::optional<Message> RingTransport::receive(Deadline deadline) {
  std::optional<Message> message(std::in_place);
  std::uint32_t kind = kMessage;
  const auto receive_packet = [&](std::uint32_t received) {
    if (received != kMessageFollows) return;
    std::uint32_t number = 0;
    std::memcpy(&number, message->bytes.data(), sizeof number);
    std::uint32_t found = 0;
    do {
      message = packets_->receive(kForever, found);  // it was sent before its note
    } while (found != number);
  };
  const ChannelStatus status = incoming().get(kind, message->bytes, deadline, OtherEndIsGone{socket()}, receive_packet);
  if (status == ChannelStatus::ok) return message;
  if (status == ChannelStatus::timeout) return std::nullopt;
  // Who died has told nobody: let senders on this side ask the socket.
  (*rings_)->closes.fetch_add(1, std::memory_order_release);
  throw EndOfFile();
}

bool RingTransport::ready(Deadline deadline) { return incoming().await_message(deadline, OtherEndIsGone{socket()}); }

void RingTransport::shutdown() {
  packets_->shutdown();
  for (Rings::Channel& channel : (*rings_)->channels) channel.close();
}

}  // namespace proberen::ipc::detail
