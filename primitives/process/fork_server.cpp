#include "primitives/process/fork_server.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/packet.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

std::pair<Descriptor, Descriptor> socket_pair() { return packet_sockets("cannot create a socket for the fork server"); }

struct Received {
  std::optional<Report> report;
  std::string text;
  std::vector<Descriptor> descriptors;
};

Received receive_report(const Descriptor& socket) {
  Report report{};
  std::array<char, sizeof report + kMostLastWords> bytes;
  Packet packet = receive_packet(socket.get(), bytes);
  if (packet.size < sizeof report) return {};
  std::memcpy(&report, bytes.data(), sizeof report);
  return {report, std::string(bytes.data() + sizeof report, packet.size - sizeof report), std::move(packet.descriptors)};
}

/// What the server said about the child instead of the child itself.
[[noreturn]] void throw_failure(const Received& received) {
  const Report& report = *received.report;
  if (report.kind == Report::Kind::kThreads) {
    throw std::runtime_error("the fork server has " + std::to_string(report.value) +
                             " threads: a fork would copy the locks that they hold; a preload may not leave a thread behind");
  }
  if (report.kind == Report::Kind::kFailed) {
    throw_error(report.value, received.text.empty() ? "the fork server cannot start a process" : received.text);
  }
  throw_error(ECHILD, "a process ended before the fork server could hand it over");
}

}  // namespace

ForkServer::ForkServer(const ServerOptions& options) : creator_(::getpid()) {
  auto [ours, theirs] = socket_pair();
  const Descriptor creator(open_pidfd(creator_));
  if (!creator) throw_errno("cannot give the fork server a hold of its creator");
  server_ = launch_self(kForkServerRole, std::array{theirs.get(), creator.get()});
  channel_ = std::move(ours);
  if (options.preload.empty() && options.idle_children == 0) return;
  try {
    theirs.reset();
    set_up(options);
  } catch (...) {
    end();
    throw;
  }
}

void ForkServer::set_up(const ServerOptions& options) {
  auto [ours, theirs] = socket_pair();
  std::string text = std::to_string(options.idle_children) + '\n';
  for (const std::string& name : options.preload) text += name + '\n';
  if (text.size() > kMostRequestBytes) throw_error(E2BIG, "the names of the preloads are too long");
  const int error = send_packet(channel_.get(), {&kSetUpFollows, 1}, text, std::array{theirs.get()});
  theirs.reset();
  const Received received = error == 0 ? receive_report(ours) : Received{};
  if (!received.report) throw std::runtime_error("the fork server died while it set itself up: it was killed, or a preload ended it");
  const std::string problem = "the fork server: " + received.text;
  if (received.report->kind == Report::Kind::kFailed) throw_error(received.report->value, problem);
  if (received.report->kind != Report::Kind::kReady) throw std::runtime_error(problem);
}

ForkServer::~ForkServer() {
  if (creator_ == ::getpid()) {
    end();
    return;
  }
  // In a copy of the creator these numbers may be another's by now.
  (void)channel_.release();
  (void)server_.pidfd.release();
}

void ForkServer::end() noexcept {
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

std::optional<AskedChild> ForkServer::ask(const Payload& payload) {
  auto [ours, theirs] = socket_pair();
  Descriptor reserved = reserve_descriptor();
  std::vector<int> descriptors{theirs.get()};
  Descriptor file;
  if (payload.bytes.size() > kMostRequestBytes) {
    file = write_memory_file(payload.bytes);
    descriptors.push_back(file.get());
  }
  const std::size_t room = kMostDescriptors - descriptors.size();
  if (payload.descriptors.size() > room) {
    throw_error(E2BIG, "a fork server can be given at most " + std::to_string(room) + " descriptors for a process, not " +
                           std::to_string(payload.descriptors.size()));
  }
  descriptors.insert(descriptors.end(), payload.descriptors.begin(), payload.descriptors.end());
  const int error = file ? send_packet(channel_.get(), {&kMemoryFileFollows, 1}, {}, descriptors)
                         : send_packet(channel_.get(), {&kBytesFollow, 1}, payload.bytes, descriptors);
  if (error == 0) return AskedChild{std::move(ours), std::move(reserved)};
  if (error != EPIPE && error != ECONNRESET) throw_error(error, "cannot ask the fork server for a process");
  lost_.store(true, std::memory_order_relaxed);
  return std::nullopt;
}

std::optional<Launched> ForkServer::answer(AskedChild asked) {
  asked.reserved.reset();
  Received received = receive_report(asked.answer);
  if (!received.report) {
    // Only the server and a child that has not reported yet have the other end, so no child runs the entry.
    lost_.store(true, std::memory_order_relaxed);
    return std::nullopt;
  }
  if (received.report->kind != Report::Kind::kStarted) throw_failure(received);
  if (received.descriptors.empty()) {
    // Another thread has taken the number that was reserved.
    throw_error(EMFILE,
                "process " + std::to_string(received.report->value) + " was started, and runs, but no descriptor is left to hold it");
  }
  Launched launched;
  launched.pid = received.report->value;
  launched.pidfd = std::move(received.descriptors.front());
  launched.status = std::move(asked.answer);
  launched.server = shared_from_this();
  return launched;
}

bool ForkServer::receive_ending(const Descriptor& status, Deadline deadline, Ending& ending) const {
  using Kind = Report::Kind;
  for (;;) {
    // The server's own end counts as well: some process may hold a copy of its end of the socket.
    pollfd sources[] = {{status.get(), POLLIN, 0}, {server_.pidfd.get(), POLLIN, 0}};
    if (poll_until(sources, deadline) == 0) return false;
    if (sources[0].revents == 0) return true;
    Received received = receive_report(status);
    if (!received.report) return true;
    if (received.report->kind == Kind::kThrew) {
      ending.last_words = std::move(received.text);
    } else {
      ending.exit_code = received.report->value;
      ending.core_dumped = received.report->kind == Kind::kEndedWithCore;
      return true;
    }
  }
}

}  // namespace proberen::ipc::detail
