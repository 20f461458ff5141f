#include "primitives/tracker/session.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include "primitives/process/child.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"
#include "primitives/tracker/start_tracker.hpp"
#include "proberen/deadline.hpp"

namespace proberen::ipc {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr int kAnswerTimeoutMs = 10'000;
/// Of release(), which destructors call.
constexpr int kReleaseTimeoutMs = 1'000;
constexpr auto kStartTimeout = 10s;

}  // namespace

Session& Session::instance() {
  // Leaked, so that it outlives every object that owns a name.
  static Session* const session = new Session;
  return *session;
}

void Session::begin_if_forked() {
  const pid_t pid = ::getpid();
  if (pid_ == pid) return;
  pid_ = pid;
  // Whoever made the copy may have closed its descriptors: then the number is nobody's, or that of a file which is not ours to close.
  if (socket_ && file_id_of(socket_.get()) != socket_id_) (void)socket_.release();
  socket_.reset();
  claims_.clear();
}

std::vector<Session::Claim>::iterator Session::find(const Resource& resource) {
  return std::ranges::find(claims_, resource, &Claim::resource);
}

int Session::send(Kind kind, const Resource& resource, const Descriptor* pidfd) {
  if (!socket_) return EPIPE;
  const TrackerRequest request{kind, 0, resource.device, resource.inode};
  const std::string_view bytes(reinterpret_cast<const char*>(&request), sizeof request);
  const int number = pidfd == nullptr ? -1 : pidfd->get();
  const int error = send_packet(socket_.get(), bytes, resource.path, {&number, pidfd == nullptr ? 0U : 1U});
  if (error == EPIPE || error == ECONNRESET) {
    socket_.reset();
    return EPIPE;
  }
  return error;
}

std::optional<TrackerReply> Session::receive(int timeout_ms) {
  const Deadline deadline = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  pollfd ready{socket_.get(), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) break;
    if (count < 0 && errno == EINTR) continue;
    // An answer that comes later would be taken for that of the next request.
    socket_.reset();
    throw_error(ETIMEDOUT, "the resource tracker does not answer");
  }
  TrackerReply reply{};
  if (receive_packet(socket_.get(), {reinterpret_cast<char*>(&reply), sizeof reply}).size == sizeof reply) return reply;
  socket_.reset();
  return std::nullopt;
}

bool Session::say_hello() {
  const Descriptor self(open_pidfd(pid_));
  if (!self) throw_errno("cannot hold this process");
  const int error = send(Kind::kHello, {}, &self);
  if (error == EPIPE) return false;
  if (error != 0) throw_error(error, "cannot speak to the resource tracker");
  const std::optional<TrackerReply> reply = receive(kAnswerTimeoutMs);
  if (reply && reply->error != 0) throw_error(reply->error, "the resource tracker refuses this process");
  if (reply) tracker_ = reply->tracker;
  return reply.has_value();
}

void Session::claim_again() {
  if (claims_.empty()) return;
  std::fprintf(stderr, "proberen: the resource tracker died while this process (%d) used it: process %d takes its place\n", pid_, tracker_);
  for (const Claim& claim : claims_) {
    if (send(Kind::kIntend, claim.resource) != 0 || !receive(kAnswerTimeoutMs)) return;
    if (claim.confirmed && send(Kind::kConfirm, claim.resource) != 0) return;
  }
}

void Session::connect() {
  if (socket_) return;
  if (!is_initialized()) {
    throw std::logic_error("call proberen::ipc::initialize(argc, argv) first in main: the resource tracker would run main again");
  }
  const std::string token = family_token();
  const Deadline deadline = SteadyClock::now() + kStartTimeout;
  for (;;) {
    socket_ = connect_to_tracker(token);
    socket_id_ = file_id_of(socket_.get());
    // A tracker that has just served its last owner may take the connection with it: then there will be another.
    if (socket_ && say_hello()) break;
    if (SteadyClock::now() > deadline) throw_error(ETIMEDOUT, "cannot start the resource tracker");
    start_tracker(token);
    if (!socket_) std::this_thread::sleep_for(100us);
  }
  claim_again();
}

TrackerReply Session::ask(Kind kind, const Resource& resource) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    connect();
    const int error = send(kind, resource);
    if (error != 0 && error != EPIPE) throw_error(error, "cannot speak to the resource tracker");
    if (error == EPIPE) continue;
    if (const std::optional<TrackerReply> reply = receive(kAnswerTimeoutMs)) return *reply;
  }
  throw_error(ECONNRESET, "the resource tracker dies again and again");
}

void Session::intend(const Resource& resource) {
  if (resource.path.size() > tracker::kLongestPath) {
    throw_error(ENAMETOOLONG, "a path of " + std::to_string(resource.path.size()) + " bytes is too long to be tracked");
  }
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  if (const auto claim = find(resource); claim != claims_.end()) {
    ++claim->count;
    return;
  }
  const TrackerReply reply = ask(Kind::kIntend, resource);
  if (reply.error != 0) throw_error(reply.error, "the resource tracker cannot register '" + resource.path + "'");
  claims_.push_back({resource, 1, false});
}

void Session::confirm(const Resource& resource) noexcept {
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  const auto claim = find(resource);
  if (claim == claims_.end() || claim->confirmed) return;
  claim->confirmed = true;
  (void)send(Kind::kConfirm, resource);
}

void Session::release(const Resource& resource) noexcept {
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  const auto claim = find(resource);
  if (claim == claims_.end() || --claim->count > 0) return;
  try {
    // A tracker that has died removed nothing: its successor is told, after it has been told what is owned.
    for (int attempt = 0; attempt < 2; ++attempt) {
      connect();
      if (send(Kind::kRelease, resource) == 0 && receive(kReleaseTimeoutMs)) break;
    }
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "proberen: '%s' is not released: %s\n", resource.path.c_str(), exception.what());
  }
  claims_.erase(find(resource));
}

void Session::forget(const Resource& resource) noexcept {
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  const auto claim = find(resource);
  if (claim == claims_.end()) return;
  claims_.erase(claim);
  (void)send(Kind::kForget, resource);
}

pid_t Session::tracker() {
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  if (pollfd ended{socket_.get(), POLLIN, 0}; socket_ && ::poll(&ended, 1, 0) != 0) socket_.reset();
  connect();
  return tracker_;
}

}  // namespace detail

namespace tracker {

void intend(const Resource& resource) { detail::Session::instance().intend(resource); }
void confirm(const Resource& resource) noexcept { detail::Session::instance().confirm(resource); }
void release(const Resource& resource) noexcept { detail::Session::instance().release(resource); }
void forget(const Resource& resource) noexcept { detail::Session::instance().forget(resource); }
pid_t process() { return detail::Session::instance().tracker(); }

std::string token() {
  if (!detail::is_initialized()) throw std::logic_error("call proberen::ipc::initialize(argc, argv) first in main: it names the tracker");
  return detail::family_token();
}

}  // namespace tracker
}  // namespace proberen::ipc
