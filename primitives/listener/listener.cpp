#include "proberen/ipc/listener.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "primitives/connection/packet_transport.hpp"
#include "primitives/connection/stream_transport.hpp"
#include "primitives/listener/handshake.hpp"
#include "primitives/listener/reception.hpp"
#include "primitives/process/file_id.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc {
namespace {

/// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_kernel(const Address& address) {
  SocketAddress result;
  if (const auto* local = std::get_if<UnixAddress>(&address)) {
    sockaddr_un kernel{};
    kernel.sun_family = AF_UNIX;
    const std::string& path = local->path;
    if (path.empty() || path.find('\0') != std::string::npos) throw std::invalid_argument("a socket's path is not empty and has no zero");
    if (path.size() >= sizeof kernel.sun_path) {
      throw std::invalid_argument("the socket's path has " + std::to_string(path.size()) + " bytes, and may have at most 107");
    }
    path.copy(kernel.sun_path, path.size());
    std::memcpy(&result.storage, &kernel, sizeof kernel);
    result.size = sizeof kernel;
  } else {
    sockaddr_in kernel{};
    kernel.sin_family = AF_INET;
    kernel.sin_port = htons(std::get<TcpAddress>(address).port);
    kernel.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&result.storage, &kernel, sizeof kernel);
    result.size = sizeof kernel;
  }
  return result;
}

bool is_local(const Address& address) { return std::holds_alternative<UnixAddress>(address); }

std::string name_of(const Address& address) {
  return is_local(address) ? std::get<UnixAddress>(address).path : "127.0.0.1:" + std::to_string(std::get<TcpAddress>(address).port);
}

void check_key(std::string_view key) {
  if (key.empty()) throw std::invalid_argument("a connection needs a key that is not empty");
}

Descriptor make_socket(const Address& address, int flags) {
  const bool local = is_local(address);
  Descriptor socket(
      detail::above_standard(::socket(local ? AF_UNIX : AF_INET, (local ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC | flags, 0)));
  if (!socket) detail::throw_errno("cannot create a socket");
  return socket;
}

void set_option(const Descriptor& socket, int level, int option) {
  const int on = 1;
  if (::setsockopt(socket.get(), level, option, &on, sizeof on) != 0) detail::throw_errno("cannot set up a socket");
}

Connection make_connection(Descriptor socket, const Address& address) {
  if (is_local(address)) return {std::make_unique<detail::PacketTransport>(std::move(socket)), true, true};
  set_option(socket, IPPROTO_TCP, TCP_NODELAY);  // a small message does not wait for more
  return {std::make_unique<detail::StreamTransport>(std::move(socket)), true, true};
}

std::uint16_t port_of(const Descriptor& socket) {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) detail::throw_errno("cannot tell the port");
  return ntohs(bound.sin_port);
}

/// How soon a client tries again where a listener has no room for one more: the kernel does not say when there is.
constexpr std::chrono::milliseconds kNextAttempt{1};

/// How an attempt that is under way ends: 0, or the error.
int outcome_of_attempt(const Descriptor& socket, Deadline deadline) {
  pollfd done{socket.get(), POLLOUT, 0};
  if (detail::poll_until({&done, 1}, deadline) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// Connects a socket that does not block: 0, or the error.
int connect_by(const Descriptor& socket, const SocketAddress& kernel, Deadline deadline) {
  while (::connect(socket.get(), kernel.get(), kernel.size) != 0) {
    if (errno == EINPROGRESS || errno == EALREADY) return outcome_of_attempt(socket, deadline);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return errno;
    const Deadline now = SteadyClock::now();
    if (now >= deadline || SharedPlatform::stopped(deadline)) return ETIMEDOUT;
    std::this_thread::sleep_until(std::min(deadline, now + kNextAttempt));
  }
  return 0;
}

void let_block(const Descriptor& socket) {
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) detail::throw_errno("cannot set up a socket");
}

Connection connect_until(Deadline deadline, const Address& address, std::string_view key) {
  check_key(key);
  const SocketAddress kernel = to_kernel(address);
  // ::connect() knows no deadline: a listener that is behind makes it wait for as long as that takes.
  Descriptor socket = make_socket(address, SOCK_NONBLOCK);
  if (const int error = connect_by(socket, kernel, deadline)) detail::throw_error(error, "cannot connect to " + name_of(address));
  let_block(socket);
  detail::shake_hands(socket.get(), key, deadline);
  return make_connection(std::move(socket), address);
}

}  // namespace

Listener::Listener(const Address& address, std::string_view key, std::chrono::nanoseconds handshake_timeout) : address_(address) {
  check_key(key);
  const SocketAddress kernel = to_kernel(address);
  Descriptor socket = make_socket(address, SOCK_NONBLOCK);
  // Before the path is there, so that it never is for others.
  if (is_local(address) && ::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) detail::throw_errno("cannot protect a socket");
  if (!is_local(address)) set_option(socket, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(socket.get(), kernel.get(), kernel.size) != 0) detail::throw_errno("cannot listen at " + name_of(address));
  if (is_local(address)) own_path();
  try {
    if (::listen(socket.get(), SOMAXCONN) != 0) detail::throw_errno("cannot listen at " + name_of(address));
    if (auto* tcp = std::get_if<TcpAddress>(&address_)) tcp->port = port_of(socket);
    reception_ = std::make_unique<detail::Reception>(std::move(socket), std::string(key), handshake_timeout);
  } catch (...) {
    remove_path();
    throw;
  }
}

Listener::Listener(Listener&& other) noexcept
    : address_(std::move(other.address_)),
      reception_(std::move(other.reception_)),
      device_(other.device_),
      inode_(other.inode_),
      owner_(std::exchange(other.owner_, 0)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  if (this == &other) return *this;
  remove_path();
  address_ = std::move(other.address_);
  reception_ = std::move(other.reception_);
  device_ = other.device_;
  inode_ = other.inode_;
  owner_ = std::exchange(other.owner_, 0);
  return *this;
}

Listener::~Listener() { remove_path(); }

void Listener::own_path() {
  const std::string& path = std::get<UnixAddress>(address_).path;
  const std::optional<detail::FileId> id = detail::file_id_at(path.c_str());
  if (!id) detail::throw_errno("cannot look at " + path);
  device_ = id->device;
  inode_ = id->inode;
  owner_ = ::getpid();
}

void Listener::remove_path() noexcept {
  if (owner_ == 0 || std::exchange(owner_, 0) != ::getpid()) return;
  const char* const path = std::get<UnixAddress>(address_).path.c_str();
  // Somebody may have removed it, and given another listener the same one.
  if (detail::file_id_at(path) == detail::FileId{device_, inode_}) ::unlink(path);
}

std::optional<Connection> Listener::accept_by(Deadline deadline) {
  if (!reception_) detail::throw_error(EBADF, "this object listens no more");
  Descriptor socket = reception_->next(deadline);
  if (!socket) return std::nullopt;
  return make_connection(std::move(socket), address_);
}

const Descriptor& Listener::descriptor() const noexcept {
  static const Descriptor none;
  return reception_ ? reception_->descriptor() : none;
}

Connection connect(const Address& address, std::string_view key, std::chrono::nanoseconds handshake_timeout) {
  return connect_until(deadline_after(SteadyClock::now(), handshake_timeout), address, key);
}

std::optional<Connection> connect(const Address& address, std::string_view key, const std::stop_token& token,
                                  std::chrono::nanoseconds handshake_timeout) {
  const proberen::detail::StopScope scope(token);
  const Deadline deadline = deadline_after(SteadyClock::now(), handshake_timeout);
  try {
    return connect_until(std::min(deadline, proberen::detail::kUntilStopped), address, key);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::timed_out && scope.requested()) return std::nullopt;
    throw;
  }
}

}  // namespace proberen::ipc
