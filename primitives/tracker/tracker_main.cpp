#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "primitives/named/process_identity.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"
#include "primitives/tracker/protocol.hpp"
#include "primitives/tracker/recovery.hpp"
#include "primitives/tracker/registry.hpp"

namespace proberen::ipc::detail {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How long a tracker waits for its first owner: whoever started it may have been killed.
constexpr auto kFirstOwnerWithin = 10s;
constexpr int kOrphanPeriodMs = 1'000;

/// From the socket's name: whoever started the tracker may have had no environment to pass it on.
std::string token_of(int listener) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) throw_errno("cannot tell the resource tracker's name");
  return std::string(token_in({address.sun_path, size - offsetof(sockaddr_un, sun_path)}));
}

/// One thread, one loop.
class Tracker {
 public:
  explicit Tracker(int listener) : listener_(listener) {
    ::fcntl(listener, F_SETFL, O_NONBLOCK);
    for (Found& found : recover(token_of(listener))) {
      if (found.pidfd) {
        owners_.push_back({next_id_++, found.pid, std::move(found.pidfd), {}});
        registry_.intend(owners_.back().id, found.resource);
        registry_.confirm(found.resource);
      } else {
        registry_.add_orphan(found.resource);
      }
    }
  }

  [[noreturn]] void run() {
    const Clock::time_point end_of_grace = Clock::now() + kFirstOwnerWithin;
    for (bool served = false;;) {
      const bool orphans = registry_.remove_orphans();
      if (owners_.empty() && !orphans && (served || Clock::now() > end_of_grace) && !accept()) ::_exit(0);
      wait(orphans || !served ? kOrphanPeriodMs : -1);
      served |= !owners_.empty();
    }
  }

 private:
  struct Owner {
    OwnerId id;
    pid_t pid;
    /// Empty until it has said hello.
    Descriptor pidfd;
    /// Empty when it was found again and has not come yet, or has closed it, as exec does.
    Descriptor socket;
  };

  void wait(int timeout_ms) {
    std::vector<pollfd> sources{{listener_.get(), POLLIN, 0}};
    for (const Owner& owner : owners_) {
      sources.push_back({owner.socket.get(), POLLIN, 0});
      sources.push_back({owner.pidfd.get(), POLLIN, 0});
    }
    if (resumed([&] { return ::poll(sources.data(), sources.size(), timeout_ms); }) < 0) throw_errno("the resource tracker cannot wait");
    for (std::size_t index = 0; index < owners_.size(); ++index) {
      const bool dead = sources[2 + 2 * index].revents != 0;
      // What the dead have sent counts: it came before their death.
      while (owners_[index].socket && (dead || std::exchange(sources[1 + 2 * index].revents, 0) != 0)) serve(owners_[index]);
      if (!dead) continue;
      registry_.end(owners_[index].id, owners_[index].pid);
      owners_[index].pidfd.reset();
    }
    std::erase_if(owners_, [](const Owner& owner) { return !owner.pidfd && !owner.socket; });
    if (sources[0].revents != 0 && !accept()) ::usleep(1'000);  // no descriptors are left: some owner has to go first
  }

  /// Whether somebody was there.
  bool accept() {
    Descriptor socket(above_standard(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)));
    if (!socket) return false;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != ::geteuid()) return true;
    owners_.push_back({next_id_++, peer.pid, {}, std::move(socket)});
    return true;
  }

  /// One packet, if there is one.
  void serve(Owner& owner) {
    std::array<char, kLongestRequest> buffer;
    Packet packet = receive_packet(owner.socket.get(), buffer);
    if (packet.size == 0) {
      owner.socket.reset();
      return;
    }
    TrackerRequest request{};
    if (packet.truncated || packet.size < sizeof request) return reply(owner, EMSGSIZE);
    std::memcpy(&request, buffer.data(), sizeof request);
    if (request.kind == TrackerRequest::Kind::kHello) return greet(owner, packet);
    if (!owner.pidfd) return reply(owner, EPROTO);
    obey(owner, request.kind, {{buffer.data() + sizeof request, packet.size - sizeof request}, request.device, request.inode});
  }

  void greet(Owner& owner, Packet& packet) {
    if (packet.descriptors.empty()) return reply(owner, EPROTO);
    owner.pidfd = std::move(packet.descriptors.front());
    // The same process as one that was found again, or that has run another program since: its number is its own while both live.
    const auto known = std::ranges::find_if(owners_, [&](const Owner& other) {
      return &other != &owner && other.pid == owner.pid && other.pidfd && !other.socket && !has_ended(other.pidfd.get());
    });
    if (known != owners_.end() && !has_ended(owner.pidfd.get())) {
      owner.id = known->id;
      known->pidfd.reset();
    }
    reply(owner, 0);
  }

  void obey(Owner& owner, TrackerRequest::Kind kind, const Resource& resource) {
    switch (kind) {
      case TrackerRequest::Kind::kIntend:
        registry_.intend(owner.id, resource);
        return reply(owner, 0);
      case TrackerRequest::Kind::kConfirm:
        return registry_.confirm(resource);
      case TrackerRequest::Kind::kRelease:
        registry_.release(owner.id, resource);
        return reply(owner, 0);
      case TrackerRequest::Kind::kForget:
        return registry_.forget(resource);
      case TrackerRequest::Kind::kHello:
        break;
    }
    reply(owner, EPROTO);
  }

  void reply(Owner& owner, int error) {
    const TrackerReply answer{error, ::getpid()};
    // One that does not read its answers is not waited for.
    if (send_packet(owner.socket.get(), {reinterpret_cast<const char*>(&answer), sizeof answer}, {}, {}) != 0) owner.socket.reset();
  }

  Descriptor listener_;
  Registry registry_;
  std::vector<Owner> owners_;
  OwnerId next_id_ = 1;
};

/// Leaves the terminal, the folder and the output of whoever started it; warnings still go to standard error.
void leave_home() {
  ::setsid();
  (void)!::chdir("/");
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(nothing.get(), STDOUT_FILENO);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_IGN);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

}  // namespace

void run_tracker(int listener) {
  leave_home();
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("cannot fork the resource tracker");
  if (pid > 0) ::_exit(0);
  try {
    Tracker(listener).run();
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "proberen: the resource tracker ends: %s\n", exception.what());
  }
  ::_exit(1);
}

}  // namespace proberen::ipc::detail
