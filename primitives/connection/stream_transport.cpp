#include "primitives/connection/stream_transport.hpp"

#include <algorithm>
#include <mutex>

#include <endian.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// How much memory a claimed length is believed before bytes come.
constexpr std::uint64_t kBelieved = std::uint64_t{1} << 20;

/// Receives `size` bytes; fewer when the stream ends first.
std::size_t receive_all(int socket, char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t more = resumed([&] { return ::recv(socket, to + done, size - done, 0); });
    if (more < 0) throw_errno("cannot receive a message");
    if (more == 0) break;
    done += static_cast<std::size_t>(more);
  }
  return done;
}

}  // namespace

bool StreamTransport::send(std::string_view bytes, std::span<const int> descriptors, Deadline deadline) {
  if (!descriptors.empty()) throw_error(ENOTSUP, "descriptors cannot be sent over TCP");
  if (bytes.size() > kMostBytes) throw_error(EMSGSIZE, "the message is too long");
  const std::unique_lock hold(send_lock_, deadline);
  if (!hold) return false;
  if (send_broken_) throw_error(EPIPE, "cannot send after half a message");
  if (deadline != kForever && !ready_by(socket(), POLLOUT, deadline)) return false;
  std::uint64_t length = htole64(bytes.size());
  iovec parts[] = {{&length, sizeof length}, {const_cast<char*>(bytes.data()), bytes.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  send_broken_ = true;  // until all is sent
  for (std::size_t left = sizeof length + bytes.size(); left > 0;) {
    const ssize_t sent = resumed([&] { return ::sendmsg(socket(), &message, MSG_NOSIGNAL); });
    if (sent < 0) throw_error(errno == ECONNRESET ? EPIPE : errno, "cannot send a message");
    left -= static_cast<std::size_t>(sent);
    std::size_t skip = static_cast<std::size_t>(sent);
    for (iovec& part : parts) {
      const std::size_t here = std::min(skip, part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + here;
      part.iov_len -= here;
      skip -= here;
    }
  }
  send_broken_ = false;
  return true;
}

std::optional<Message> StreamTransport::receive(Deadline deadline) {
  const std::unique_lock hold(receive_lock_, deadline);
  if (!hold) return std::nullopt;
  if (receive_broken_) throw_error(EPROTO, "cannot receive after half a message");
  if (deadline != kForever && !readable_by(socket(), deadline)) return std::nullopt;
  std::uint64_t length = 0;
  const std::size_t size = receive_all(socket(), reinterpret_cast<char*>(&length), sizeof length);
  if (size == 0) throw EndOfFile();
  receive_broken_ = true;  // until all is received
  if (size < sizeof length) throw_error(EPROTO, "the connection ended inside a message");
  length = le64toh(length);
  if (length > kMostBytes) throw_error(EPROTO, "what came over the connection is no message");
  Message message;
  while (message.bytes.size() < length) {
    const std::size_t done = message.bytes.size();
    message.bytes.resize(static_cast<std::size_t>(std::min(length, std::max(kBelieved, std::uint64_t{2} * done))));
    if (receive_all(socket(), &message.bytes[done], message.bytes.size() - done) < message.bytes.size() - done) {
      throw_error(EPROTO, "the connection ended inside a message");
    }
  }
  receive_broken_ = false;
  return message;
}

bool StreamTransport::ready(Deadline deadline) { return readable_by(socket(), deadline); }

void StreamTransport::shutdown() {
  if (::shutdown(socket(), SHUT_RDWR) != 0 && errno != ENOTCONN) throw_errno("cannot shut a connection down");
}

}  // namespace proberen::ipc::detail
