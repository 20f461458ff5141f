#include "primitives/listener/reception.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

void add(const Descriptor& events, int number) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (::epoll_ctl(events.get(), EPOLL_CTL_ADD, number, &event) != 0) throw_errno("cannot watch a socket");
}

/// Readable from `deadline` on; never for kForever. The steady clock is CLOCK_MONOTONIC.
void set_alarm(const Descriptor& alarm, Deadline deadline) noexcept {
  itimerspec setting{};
  if (deadline != kForever) {
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
    const std::int64_t instant_ns = std::max<std::int64_t>(since, 1);  // 0 would stop it
    setting.it_value.tv_sec = instant_ns / 1'000'000'000;
    setting.it_value.tv_nsec = instant_ns % 1'000'000'000;
  }
  ::timerfd_settime(alarm.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

}  // namespace

Reception::Reception(Descriptor socket, std::string key, std::chrono::nanoseconds handshake_timeout)
    : socket_(std::move(socket)), key_(std::move(key)), handshake_timeout_(handshake_timeout), pid_(::getpid()) {
  peers_.reserve(kMostPeers);
  make_events();
}

void Reception::make_events() {
  Descriptor events(above_standard(::epoll_create1(EPOLL_CLOEXEC)));
  Descriptor alarm(above_standard(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)));
  if (!events || !alarm) throw_errno("cannot watch a listener");
  add(events, socket_.get());
  add(events, alarm.get());
  events_ = std::move(events);
  alarm_ = std::move(alarm);
}

void Reception::begin_if_forked() {
  if (pid_ == ::getpid()) return;
  make_events();
  peers_.clear();
  pid_ = ::getpid();
}

Descriptor Reception::next(Deadline deadline) {
  for (bool in_time = true;;) {
    if (Descriptor proved = look()) return proved;
    if (!in_time) return {};
    in_time = readable_by(events_.get(), deadline);
  }
}

Descriptor Reception::look() {
  const std::scoped_lock lock(mutex_);
  begin_if_forked();
  for (std::size_t index = 0; index < peers_.size(); ++index) {
    if (Descriptor proved = step(index)) return proved;
  }
  take_in();
  return {};
}

Descriptor Reception::step(std::size_t index) try {
  Peer& peer = peers_[index];
  if (peer.welcome.step(key_)) return remove(index);
  if (SteadyClock::now() < peer.deadline) return {};
  throw_error(ETIMEDOUT, "the other side did not prove in time that it knows the key");
} catch (const std::system_error&) {
  remove(index);
  throw;
}

void Reception::take_in() {
  while (peers_.size() < kMostPeers) {
    Descriptor socket(above_standard(resumed([&] { return ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC); })));
    if (!socket && errno == EAGAIN) return;
    if (!socket) throw_errno("cannot accept a connection");
    Peer peer{Welcome(std::move(socket)), deadline_after(SteadyClock::now(), handshake_timeout_)};
    add(events_, peer.welcome.socket());
    peers_.push_back(std::move(peer));
    adjust();
  }
}

Descriptor Reception::remove(std::size_t index) noexcept {
  Descriptor socket = peers_[index].welcome.take_socket();
  peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(index));
  // Told rather than left to its end: a forked copy of this process may have it open for longer.
  ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, socket.get(), nullptr);
  adjust();
  return socket;
}

void Reception::adjust() noexcept {
  epoll_event event{};
  event.events = peers_.size() < kMostPeers ? std::uint32_t{EPOLLIN} : 0;
  ::epoll_ctl(events_.get(), EPOLL_CTL_MOD, socket_.get(), &event);
  set_alarm(alarm_, peers_.empty() ? kForever : peers_.front().deadline);
}

}  // namespace proberen::ipc::detail
