#include "proberen/ipc/connection.hpp"

#include <algorithm>
#include <stdexcept>

#include "primitives/connection/connection_end.hpp"
#include "primitives/connection/packet_transport.hpp"
#include "primitives/connection/ring_transport.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc {
namespace {

std::string_view slice(std::string_view bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size()) throw std::out_of_range("the offset is beyond the end of the bytes");
  const std::size_t left = bytes.size() - offset;
  if (size != Connection::kNoLimit && size > left) throw std::out_of_range("the size is beyond the end of the bytes");
  return bytes.substr(offset, size);
}

Connection make_end(std::unique_ptr<detail::Transport> transport, PipeOptions options, bool first) {
  return {std::move(transport), options.duplex || first, options.duplex || !first};
}

}  // namespace

MessageTooLong::MessageTooLong(std::size_t size, std::size_t room)
    : std::system_error(EMSGSIZE, std::generic_category(),
                        "the message has " + std::to_string(size) + " bytes, and there is room for " + std::to_string(room)),
      size_(size) {}

Connection::Connection() noexcept = default;
Connection::Connection(std::unique_ptr<detail::Transport> transport, bool readable, bool writable)
    : end_(std::make_unique<detail::ConnectionEnd>(std::move(transport), readable, writable)) {}
Connection::Connection(Connection&& other) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept = default;
Connection::~Connection() = default;

detail::ConnectionEnd& Connection::reading_end() const {
  if (!end_) detail::throw_error(EBADF, "the connection is closed");
  if (!end_->readable) detail::throw_error(EBADF, "this end of the pipe only sends");
  return *end_;
}

detail::ConnectionEnd& Connection::writing_end() const {
  if (!end_) detail::throw_error(EBADF, "the connection is closed");
  if (!end_->writable) detail::throw_error(EBADF, "this end of the pipe only receives");
  return *end_;
}

bool Connection::send_by(Deadline deadline, std::string_view bytes, std::span<const int> descriptors) {
  return writing_end().transport->send(bytes, descriptors, deadline);
}

void Connection::send_bytes(std::string_view bytes, std::size_t offset, std::size_t size) {
  send_by(kForever, slice(bytes, offset, size), {});
}

void Connection::send_bytes(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
  send_bytes(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), offset, size);
}

std::optional<Message> Connection::recv_by(Deadline deadline) { return reading_end().take(deadline); }

std::optional<std::string> Connection::recv_bytes_by(Deadline deadline, std::size_t max_length) {
  std::optional<Message> message = recv_by(deadline);
  if (!message) return std::nullopt;
  if (const std::size_t size = message->bytes.size(); size > max_length) {
    keep(*std::move(message));
    throw MessageTooLong(size, max_length);
  }
  return std::move(message->bytes);
}

std::optional<std::size_t> Connection::recv_bytes_into_by(Deadline deadline, std::span<std::byte> buffer, std::size_t offset) {
  if (offset > buffer.size()) throw std::out_of_range("the offset is beyond the end of the buffer");
  const std::optional<std::string> bytes = recv_bytes_by(deadline, buffer.size() - offset);
  if (!bytes) return std::nullopt;
  std::ranges::copy(std::as_bytes(std::span(*bytes)), buffer.begin() + static_cast<std::ptrdiff_t>(offset));
  return bytes->size();
}

std::optional<Message> Connection::recv_descriptors_by(Deadline deadline) {
  std::optional<Message> message = recv_by(deadline);
  if (message && message->descriptors.empty()) {
    keep(*std::move(message));
    throw std::runtime_error("the message that came brings no descriptor");
  }
  return message;
}

void Connection::keep(Message message) { end_->keep(std::move(message)); }

bool Connection::poll_until(Deadline deadline) {
  const detail::ConnectionEnd& end = reading_end();
  return end.keeps.load(std::memory_order_acquire) || end.transport->ready(deadline);
}

void Connection::shutdown() {
  if (!end_) detail::throw_error(EBADF, "the connection is closed");
  end_->transport->shutdown();
}

void Connection::close() noexcept { end_.reset(); }
bool Connection::readable() const noexcept { return end_ && end_->readable; }
bool Connection::writable() const noexcept { return end_ && end_->writable; }

int Connection::native_handle() const {
  if (!end_) detail::throw_error(EBADF, "the connection is closed");
  return end_->transport->socket();
}

bool Connection::holds_message() const {
  const detail::ConnectionEnd& end = reading_end();
  return end.keeps.load(std::memory_order_acquire) || end.transport->holds_message();
}

bool Connection::shares_memory() const { return end_ && end_->transport->shares_memory(); }

std::pair<Connection, Connection> pipe(PipeOptions options) {
  auto [one, other] = detail::packet_sockets("cannot create a pipe");
  if (options.transport == PipeTransport::shared_memory) {
    const auto rings = std::make_shared<const Shared<detail::Rings>>(Shared<detail::Rings>::create());
    const auto ring_end = [&](Descriptor socket, int end) {
      return std::make_unique<detail::RingTransport>(std::move(socket), rings, rings->duplicate_descriptor(), end);
    };
    return {make_end(ring_end(std::move(one), 0), options, true), make_end(ring_end(std::move(other), 1), options, false)};
  }
  return {make_end(std::make_unique<detail::PacketTransport>(std::move(one)), options, true),
          make_end(std::make_unique<detail::PacketTransport>(std::move(other)), options, false)};
}

}  // namespace proberen::ipc
