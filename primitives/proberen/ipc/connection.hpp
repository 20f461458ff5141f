/// Connection: one end of a pipe between processes, after Python's multiprocessing.Connection.
///
///   auto [here, there] = proberen::ipc::pipe();
///   proberen::ipc::Process child = context.start("square", std::move(there));
///   here.send(std::vector<int>{1, 2, 3});
///   const auto squares = here.recv<std::vector<int>>();
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/message.hpp"

namespace proberen::ipc {

namespace detail {
class Transport;
struct ConnectionEnd;
struct ConnectionParcel;
}  // namespace detail

/// Sends and receives messages, each of which arrives whole, once and alone, or not at all; any length, also none. An end may be used by
/// several threads and, after a fork or by Context::start(), by several processes at once: each message goes to one receiver, and those of
/// one sender to one receiver arrive in the order in which they were sent. Only close(), moving and destruction must not run beside
/// another call on the same object.
///
/// By TCP (listener.hpp) the processes are one process, and the end of what was received may be inside a message.
///
/// Move-only. Its descriptors are close-on-exec. As an argument of Context::start(), or inside an object that is sent, it goes to the other
/// process. A child by StartMethod::fork has copies of all descriptors of its parent, so there an end of file may not come while it lives.
///
/// Calls throw std::system_error: bad_file_descriptor when the object is closed or its direction is the other one, broken_pipe for a
/// message to an end that is closed (there is no SIGPIPE), and what else the kernel says. Signal handlers do not disturb them.
class Connection {
 public:
  /// More cannot go with one message (the kernel's SCM_MAX_FD); one fewer with a message of more than 32 KiB.
  static constexpr std::size_t kMostDescriptors = 253;
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  /// Closed.
  Connection() noexcept;
  Connection(std::unique_ptr<detail::Transport> transport, bool readable, bool writable);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  /// Sends an object of a type that cereal serialises, and the Descriptors and Connections in it, which stay open here. Text is sent as
  /// std::string.
  template <class T>
  void send(const T& object) {
    (void)send_object(object, [this](auto... message) { return send_by(kForever, message...); });
  }

  /// Receives an object. Throws EndOfFile; std::runtime_error when what comes was not sent as a T: it is then kept for a retry
  /// (holds_message()). What T's own deserialization throws comes through, and the message is gone.
  template <class T>
  T recv() {
    return opened<T>(recv_message());
  }

  /// Sends `size` bytes from `offset` on, all that remain by default. Throws std::out_of_range.
  void send_bytes(std::string_view bytes, std::size_t offset = 0, std::size_t size = kNoLimit);
  void send_bytes(std::span<const std::byte> bytes, std::size_t offset = 0, std::size_t size = kNoLimit);

  /// The bytes of the next message; descriptors that came with it are closed. Throws EndOfFile; MessageTooLong beyond `max_length`.
  std::string recv_bytes(std::size_t max_length = kNoLimit) { return *recv_bytes_by(kForever, max_length); }

  /// The same into `buffer` from `offset` on: the number of bytes. Throws also std::out_of_range, for an offset beyond the buffer.
  std::size_t recv_bytes_into(std::span<std::byte> buffer, std::size_t offset = 0) { return *recv_bytes_into_by(kForever, buffer, offset); }

  /// Sends copies of `descriptors` with a message. Throws std::system_error (argument_list_too_long) for more than kMostDescriptors, and
  /// (not_supported) on a connection by TCP.
  void send_descriptors(std::span<const int> descriptors, std::string_view bytes = {}) { (void)send_by(kForever, bytes, descriptors); }

  /// The next message with the descriptors that came with it. Throws EndOfFile; std::system_error (message_size) when this process has no
  /// room for all descriptors: those that arrived are closed and the message is lost, the connection goes on.
  Message recv_message() { return *recv_by(kForever); }

  /// As recv_message(), but a message that brings no descriptor is a std::runtime_error, and is kept for a retry.
  Message recv_descriptors() { return *recv_descriptors_by(kForever); }

  /// The same until a stop is requested: what waits for room is false then and has sent nothing, and what waits for a message is empty and
  /// has taken none. With a stop requested before, they do not wait. By TCP a message of which a part has gone is sent whole, and one of
  /// which a part has come is waited for.
  template <class T>
  [[nodiscard]] bool send(const T& object, const std::stop_token& token) {
    return send_object(object, [&](auto... message) { return stoppable(token, &Connection::send_by, message...); });
  }
  [[nodiscard]] bool send_bytes(std::string_view bytes, const std::stop_token& token) {
    return stoppable(token, &Connection::send_by, bytes, std::span<const int>());
  }
  [[nodiscard]] bool send_descriptors(std::span<const int> descriptors, std::string_view bytes, const std::stop_token& token) {
    return stoppable(token, &Connection::send_by, bytes, descriptors);
  }
  template <class T>
  [[nodiscard]] std::optional<T> recv(const std::stop_token& token) {
    std::optional<Message> message = recv_message(token);
    if (!message) return std::nullopt;
    return opened<T>(*std::move(message));
  }
  [[nodiscard]] std::optional<std::string> recv_bytes(const std::stop_token& token, std::size_t max_length = kNoLimit) {
    return stoppable(token, &Connection::recv_bytes_by, max_length);
  }
  [[nodiscard]] std::optional<std::size_t> recv_bytes_into(std::span<std::byte> buffer, const std::stop_token& token,
                                                           std::size_t offset = 0) {
    return stoppable(token, &Connection::recv_bytes_into_by, buffer, offset);
  }
  [[nodiscard]] std::optional<Message> recv_message(const std::stop_token& token) { return stoppable(token, &Connection::recv_by); }
  [[nodiscard]] std::optional<Message> recv_descriptors(const std::stop_token& token) {
    return stoppable(token, &Connection::recv_descriptors_by);
  }

  /// Whether a call that receives would not wait: there is a message, or the end of file. Takes nothing. On a connection by TCP: whether
  /// the beginning of a message is there; a peer that stops inside of one is waited for.
  [[nodiscard]] bool poll() { return poll_until(Deadline::min()); }
  /// The same, but waits for it until `timeout` has passed; a negative one is zero.
  template <class Rep, class Period>
  [[nodiscard]] bool poll_for(std::chrono::duration<Rep, Period> timeout) {
    return poll_until(deadline_after(SteadyClock::now(), timeout));
  }
  [[nodiscard]] bool poll_until(Deadline deadline);
  /// The same, until a stop is requested.
  [[nodiscard]] bool poll(const std::stop_token& token) { return stoppable(token, &Connection::poll_until); }

  /// Ends the traffic in both directions for all who hold either end, and with it their waits: what was sent can still be received.
  void shutdown();

  /// May be called again.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return end_ == nullptr; }
  [[nodiscard]] bool readable() const noexcept;
  [[nodiscard]] bool writable() const noexcept;

  /// The socket, for poll(2): readable where poll() would be true, unless a message was kept for a retry or the pipe's memory is shared
  /// (wait_any knows both). Nobody but this object may read or write it. Throws when closed.
  [[nodiscard]] int native_handle() const;

  /// A message is waiting that native_handle() does not tell of; for wait_any.
  [[nodiscard]] bool holds_message() const;
  /// native_handle() may never tell of a message; for wait_any.
  [[nodiscard]] bool shares_memory() const;

  /// For save() and load().
  [[nodiscard]] detail::ConnectionParcel pack() const;
  static Connection unpack(detail::ConnectionParcel parcel, std::vector<Descriptor> descriptors);

 private:
  [[nodiscard]] detail::ConnectionEnd& reading_end() const;
  [[nodiscard]] detail::ConnectionEnd& writing_end() const;
  void keep(Message message);

  // The calls above, which wait until `deadline`: false, and empty, when it has passed.
  bool send_by(Deadline deadline, std::string_view bytes, std::span<const int> descriptors);
  std::optional<Message> recv_by(Deadline deadline);
  std::optional<Message> recv_descriptors_by(Deadline deadline);
  std::optional<std::string> recv_bytes_by(Deadline deadline, std::size_t max_length);
  std::optional<std::size_t> recv_bytes_into_by(Deadline deadline, std::span<std::byte> buffer, std::size_t offset);

  template <class Result, class... Parameters, class... Args>
  Result stoppable(const std::stop_token& token, Result (Connection::*call)(Deadline, Parameters...), Args... args) {
    return proberen::detail::until_stopped(token, [&](Deadline deadline) { return (this->*call)(deadline, args...); });
  }

  /// What `send(bytes, descriptors)` returns.
  template <class T, class Send>
  static bool send_object(const T& object, Send send);
  template <class T>
  T opened(Message message);

  std::unique_ptr<detail::ConnectionEnd> end_;
};

enum class PipeTransport : std::uint8_t {
  /// A pair of sockets: every message is one packet.
  socket,
  /// Memory that both ends share, with the sockets for large messages, for descriptors and to notice an end. Both
  /// sides wait for each other by spinning for some microseconds before they sleep. Limits: a process
  /// that is killed while it copies a message may hold up the others that use its end; a sender learns of a killed receiver when it
  /// receives or when the ring, of 64 KiB, is full; wait_any() looks at such a connection once a millisecond.
  shared_memory,
};

struct PipeOptions {
  /// Both ends send and receive; else the first one receives and the second one sends.
  bool duplex = true;
  PipeTransport transport = PipeTransport::socket;
};

/// Two connected ends. Throws std::system_error when there are no descriptors or no memory left.
[[nodiscard]] std::pair<Connection, Connection> pipe(PipeOptions options);
[[nodiscard]] inline std::pair<Connection, Connection> pipe(bool duplex = true) { return pipe(PipeOptions{.duplex = duplex}); }

namespace detail {

/// A connection on its way to another process.
struct ConnectionParcel {
  std::uint8_t transport = 0;
  bool readable = false;
  bool writable = false;
  bool keeps_message = false;
  std::string kept_bytes = {};
  /// First the transport's, then the kept message's. Borrowed.
  std::vector<int> descriptors = {};
};

/// An object's bytes begin with its type, as the same compiler names it in every program.
template <class T>
std::uint64_t type_mark() {
  return typeid(T).hash_code();
}

template <class T>
std::uint64_t read_type_mark(std::string_view& bytes) {
  std::uint64_t mark = 0;
  if (bytes.size() < sizeof mark) return ~type_mark<T>();
  bytes.copy(reinterpret_cast<char*>(&mark), sizeof mark);
  bytes.remove_prefix(sizeof mark);
  return mark;
}

}  // namespace detail

template <class T, class Send>
bool Connection::send_object(const T& object, Send send) {
  using Stored = detail::Stored<T>;
  std::string bytes;
  std::vector<int> descriptors;
  detail::AppendingBuffer buffer(bytes);
  std::ostream stream(&buffer);
  detail::ArgumentWriter archive(stream, descriptors);
  archive(detail::type_mark<Stored>());
  if constexpr (std::is_same_v<Stored, std::decay_t<T>>) {
    archive(object);
  } else {
    archive(Stored(object));
  }
  return send(std::string_view(bytes), std::span<const int>(descriptors));
}

template <class T>
T Connection::opened(Message message) {
  std::string_view bytes = message.bytes;
  if (detail::read_type_mark<T>(bytes) != detail::type_mark<T>()) {
    keep(std::move(message));
    throw std::runtime_error("the message that came is not an object of the type asked for");
  }
  detail::ReadingBuffer buffer(bytes);
  std::istream stream(&buffer);
  detail::ArgumentReader archive(stream, message.descriptors);
  T object{};
  archive(object);
  return object;
}

/// Like a Descriptor's: for entries' arguments and for objects that are sent.
void save(cereal::BinaryOutputArchive& archive, const Connection& connection);
void load(cereal::BinaryInputArchive& archive, Connection& connection);

}  // namespace proberen::ipc
