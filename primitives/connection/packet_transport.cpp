#include "primitives/connection/packet_transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>

#include "primitives/process/payload.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc::detail {
namespace {

/// Comes first in a packet, so that a packet is never empty and an empty message is not mistaken for the end of file.
struct Header {
  enum class Body : std::uint32_t {
    kInline,  ///< the rest of the packet
    kFile,    ///< the memory file that is the last of the packet's descriptors
  };
  Body body;
  std::uint32_t number = 0;
};

constexpr std::size_t kMostPacket = sizeof(Header) + PacketTransport::kMostInline;

/// Sends short messages from one piece: cheaper for the kernel than to gather them.
constexpr std::size_t kShort = 1024;

int send_inline(int socket, std::string_view bytes, std::span<const int> descriptors, Deadline deadline, std::uint32_t number) {
  const Header header{Header::Body::kInline, number};
  if (descriptors.empty() && bytes.size() <= kShort) {
    char packet[sizeof header + kShort];
    std::memcpy(packet, &header, sizeof header);
    bytes.copy(packet + sizeof header, bytes.size());
    const auto send = [&](int flags) { return ::send(socket, packet, sizeof header + bytes.size(), MSG_NOSIGNAL | flags); };
    return transfer_by(deadline, socket, POLLOUT, send) < 0 ? errno : 0;
  }
  return send_packet(socket, {reinterpret_cast<const char*>(&header), sizeof header}, bytes, descriptors, deadline);
}

int send_file(int socket, std::string_view bytes, std::span<const int> descriptors, Deadline deadline, std::uint32_t number) {
  if (descriptors.size() >= kMostDescriptors) return E2BIG;
  const Header header{Header::Body::kFile, number};
  const Descriptor file = write_memory_file(bytes);
  std::vector<int> all(descriptors.begin(), descriptors.end());
  all.push_back(file.get());
  return send_packet(socket, {reinterpret_cast<const char*>(&header), sizeof header}, {}, all, deadline);
}

Message unwrap(std::string_view packet, std::vector<Descriptor> descriptors, std::uint32_t& number) {
  Header header{};
  if (packet.size() < sizeof header) throw_error(EPROTO, "what came over the connection is no message");
  std::memcpy(&header, packet.data(), sizeof header);
  packet.remove_prefix(sizeof header);
  number = header.number;
  if (header.body == Header::Body::kInline) return {std::string(packet), std::move(descriptors)};
  if (header.body != Header::Body::kFile || descriptors.empty()) throw_error(EPROTO, "what came over the connection is no message");
  const Descriptor file = std::move(descriptors.back());
  descriptors.pop_back();
  return {read_memory_file(file), std::move(descriptors)};
}

}  // namespace

bool PacketTransport::send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline, std::uint32_t number) {
  int error = 0;
  do {
    error = bytes.size() <= kMostInline ? send_inline(socket(), bytes, descriptors, deadline, number) : EMSGSIZE;
    // Too large for the packet, or for a socket whose buffer somebody has made small.
    if (error == EMSGSIZE) error = send_file(socket(), bytes, descriptors, deadline, number);
    // The kernel tells once that the other end was closed with messages unread; the call after it says what we want to know.
  } while (error == ECONNRESET);
  if (error == E2BIG) throw_error(error, "too many descriptors for one message");
  if (error == EAGAIN && deadline != kForever) return false;
  if (error != 0) throw_error(error, "cannot send a message");
  return true;
}

std::optional<Message> PacketTransport::receive(Deadline deadline, std::uint32_t& number) {
  thread_local const std::unique_ptr<char[]> buffer(new char[kMostPacket]);
  Packet packet;
  do {
    packet = next_packet({buffer.get(), kMostPacket}, deadline);
    // Told once, before messages that were sent in time: see send().
  } while (packet.error == ECONNRESET);
  if (packet.error == EAGAIN && deadline != kForever) return std::nullopt;
  if (packet.error != 0) throw_error(packet.error, "cannot receive a message");
  if (packet.size == 0) throw EndOfFile();
  if (packet.truncated) {
    throw_error(EMSGSIZE, "a message arrived without all of its descriptors, and is lost: this process may have too many open files");
  }
  return unwrap({buffer.get(), packet.size}, std::move(packet.descriptors), number);
}

Packet PacketTransport::next_packet(std::span<char> buffer, Deadline deadline) {
  // Long enough for a sender that does not wait to put several packets: who looks more often gets in its way.
  constexpr int kPausesBetweenLooks = 100;
  constexpr std::chrono::microseconds kShortSleep{100};
  if (NativePlatform::spin_limit() == 0 || deadline == Deadline::min()) return receive_packet(socket(), buffer, deadline);
  const int looks = looks_.load(std::memory_order_relaxed);
  const auto look_more = [&](bool more) {
    looks_.store(std::clamp(more ? looks * 2 : looks / 2, 1, kMostLooks), std::memory_order_relaxed);
  };
  for (int look = 0; look < looks; ++look) {
    Packet packet = receive_packet(socket(), buffer, Deadline::min());
    if (packet.error != EAGAIN) {
      if (looks < kMostLooks) look_more(true);
      return packet;
    }
    for (int left = kPausesBetweenLooks; left > 0; --left) NativePlatform::relax();
  }
  const auto asleep = SteadyClock::now();
  Packet packet = receive_packet(socket(), buffer, deadline);
  look_more(SteadyClock::now() - asleep < kShortSleep);
  return packet;
}

bool PacketTransport::ready(Deadline deadline) { return readable_by(socket(), deadline); }

void PacketTransport::shutdown() {
  // ENOTCONN: the other end is closed already.
  if (::shutdown(socket(), SHUT_RDWR) != 0 && errno != ENOTCONN) throw_errno("cannot shut a connection down");
}

}  // namespace proberen::ipc::detail
