#include "primitives/process/packet.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

struct ControlBuffer {
  alignas(cmsghdr) char bytes[CMSG_SPACE(kMostDescriptors * sizeof(int))];
};

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

/// False when one of them does not fit into this process; it and those after it are closed, as where the kernel finds that.
bool take_descriptors(msghdr& message, std::vector<Descriptor>& descriptors) {
  bool complete = true;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + index * sizeof number, sizeof number);
      Descriptor received(above_standard(number));
      complete = complete && received;
      if (complete) descriptors.push_back(std::move(received));
    }
  }
  return complete;
}

}  // namespace

std::pair<Descriptor, Descriptor> packet_sockets(const std::string& problem) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw_errno(problem);
  Descriptor one(above_standard(ends[0]));
  Descriptor other(above_standard(ends[1]));
  if (!one || !other) throw_error(EMFILE, problem);
  return {std::move(one), std::move(other)};
}

int send_packet(int socket, std::string_view first, std::string_view second, std::span<const int> descriptors, Deadline deadline) {
  if (descriptors.size() > kMostDescriptors) return E2BIG;
  iovec parts[] = {part(first), part(second)};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  if (!descriptors.empty()) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  const auto send = [&](int flags) { return ::sendmsg(socket, &message, MSG_NOSIGNAL | flags); };
  return transfer_by(deadline, socket, POLLOUT, send) < 0 ? errno : 0;
}

Packet receive_packet(int socket, std::span<char> buffer, Deadline deadline) {
  iovec parts{buffer.data(), buffer.size()};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &parts;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  Packet packet;
  const auto receive = [&](int flags) { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags); };
  const ssize_t size = transfer_by(deadline, socket, POLLIN, receive);
  if (size < 0) packet.error = errno;
  if (size <= 0) return packet;
  packet.size = static_cast<std::size_t>(size);
  packet.truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  if (!take_descriptors(message, packet.descriptors)) packet.truncated = true;
  return packet;
}

int send_report(int socket, Report report, std::span<const int> descriptors, std::string_view text) noexcept {
  return send_packet(socket, {reinterpret_cast<const char*>(&report), sizeof report}, text, descriptors);
}

}  // namespace proberen::ipc::detail
