#include "primitives/process/fork_server.hpp"

#include <array>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

std::pair<Descriptor, Descriptor> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw_errno("cannot create a socket for the fork server");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

struct Received {
  std::optional<Report> report;
  std::vector<Descriptor> descriptors;
};

Received receive_report(const Descriptor& socket) {
  Report report{};
  Packet packet = receive_packet(socket.get(), {reinterpret_cast<char*>(&report), sizeof report});
  if (packet.size != sizeof report) return {};
  return {report, std::move(packet.descriptors)};
}

/// What the server said about the child instead of the child itself.
[[noreturn]] void throw_failure(const Report& report) {
  if (report.kind == Report::Kind::kFailed) throw_error(report.value, "the fork server cannot start a process");
  throw_error(ECHILD, "a process ended before the fork server could hand it over");
}

}  // namespace

ForkServer::ForkServer() : creator_(::getpid()) {
  auto [ours, theirs] = socket_pair();
  server_ = launch_self(kForkServerRole, std::array{theirs.get()});
  channel_ = std::move(ours);
}

ForkServer::~ForkServer() {
  if (creator_ != ::getpid()) return;
  // Killed rather than left to see the end of its channel, since a process forked meanwhile may hold a copy of our end.
  send_signal(server_.pidfd.get(), SIGKILL);
  siginfo_t info{};
  resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(server_.pidfd.get()), &info, WEXITED); });
}

bool ForkServer::usable() const noexcept {
  if (lost_.load(std::memory_order_relaxed) || creator_ != ::getpid()) return false;
  pollfd ended{server_.pidfd.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

std::optional<Launched> ForkServer::launch(const Payload& payload) {
  auto [ours, theirs] = socket_pair();
  std::vector<int> descriptors{theirs.get()};
  Descriptor file;
  if (payload.bytes.size() > kInlineLimit) {
    file = write_memory_file(payload.bytes);
    descriptors.push_back(file.get());
  }
  descriptors.insert(descriptors.end(), payload.descriptors.begin(), payload.descriptors.end());
  const int error = file ? send_packet(channel_.get(), {&kMemoryFileFollows, 1}, {}, descriptors)
                         : send_packet(channel_.get(), {&kBytesFollow, 1}, payload.bytes, descriptors);
  if (error != 0 && error != EPIPE && error != ECONNRESET) throw_error(error, "cannot ask the fork server for a process");
  theirs.reset();
  Received received = error == 0 ? receive_report(ours) : Received{};
  if (!received.report) {
    // Only the server and a child that has not reported yet have the other end, so no child runs the entry.
    lost_.store(true, std::memory_order_relaxed);
    return std::nullopt;
  }
  if (received.report->kind != Report::Kind::kStarted) throw_failure(*received.report);
  if (received.descriptors.empty()) throw_error(EMFILE, "a process was started, but this one has no descriptor left to hold it");
  return Launched{received.report->value, std::move(received.descriptors.front()), std::move(ours), shared_from_this()};
}

std::optional<int> ForkServer::receive_exit_code(const Descriptor& status) const {
  // The server's own end counts as well: some process may hold a copy of its end of the socket.
  pollfd sources[] = {{status.get(), POLLIN, 0}, {server_.pidfd.get(), POLLIN, 0}};
  if (resumed([&] { return ::poll(sources, std::size(sources), -1); }) < 0) throw_errno("cannot wait for the fork server");
  if (sources[0].revents == 0) return std::nullopt;
  const Received received = receive_report(status);
  return received.report ? std::optional<int>(received.report->value) : std::nullopt;
}

}  // namespace proberen::ipc::detail
