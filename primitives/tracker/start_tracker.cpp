#include "primitives/tracker/start_tracker.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/launch.hpp"
#include "primitives/process/system_call.hpp"
#include "primitives/tracker/protocol.hpp"

namespace proberen::ipc::detail {
namespace {

struct Address {
  explicit Address(const std::string& token) {
    const std::string name = socket_name(token);
    value.sun_family = AF_UNIX;
    std::memcpy(value.sun_path, name.data(), name.size());
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
  sockaddr_un value{};
  socklen_t size;
};

Descriptor new_socket() {
  Descriptor socket(above_standard(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)));
  if (!socket) throw_errno("cannot create a socket for the resource tracker");
  // A tracker that is stopped stops nobody else; connect(2) obeys this too.
  const timeval patience{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return socket;
}

/// Anybody may take an abstract name: a listener of another user is none of ours.
void require_same_user(const Descriptor& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) throw_errno("cannot tell whose the resource tracker is");
  if (peer.uid != ::geteuid()) throw_error(EACCES, "the resource tracker belongs to another user");
}

}  // namespace

Descriptor connect_to_tracker(const std::string& token) {
  const Address address(token);
  Descriptor socket = new_socket();
  if (resumed([&] { return ::connect(socket.get(), address.get(), address.size); }) != 0) {
    if (errno == ECONNREFUSED) return {};
    throw_errno("cannot connect to the resource tracker");
  }
  require_same_user(socket);
  return socket;
}

void start_tracker(const std::string& token) {
  const Address address(token);
  const Descriptor listener = new_socket();
  if (::bind(listener.get(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return;
    throw_errno("cannot name the resource tracker's socket");
  }
  if (::listen(listener.get(), 128) != 0) throw_errno("cannot listen for the resource tracker");
  const Launched launched = launch_self(kTrackerRole, std::array{listener.get()});
  // The process that was started forks the tracker and ends, so that the tracker is nobody's child. A handler of the program's own may
  // have reaped it already.
  siginfo_t info{};
  resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(launched.pidfd.get()), &info, WEXITED); });
}

}  // namespace proberen::ipc::detail
