#include "proberen/ipc/process.hpp"

#include <utility>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/fork_server.hpp"
#include "primitives/process/launch.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc {
namespace {

/// Whether `pidfd` is readable, which it is when its process has ended, by `deadline`.
bool ended_by(int pidfd, Deadline deadline) {
  pollfd ready{pidfd, POLLIN, 0};
  for (;;) {
    timespec timeout{};
    if (const Deadline now = SteadyClock::now(); deadline != kForever && deadline > now) {
      const auto left = deadline - now;
      const auto whole = std::chrono::floor<std::chrono::seconds>(left);
      timeout = {static_cast<std::time_t>(whole.count()), static_cast<long>(std::chrono::nanoseconds(left - whole).count())};
    }
    const int count = ::ppoll(&ready, 1, deadline == kForever ? nullptr : &timeout, nullptr);
    if (count >= 0) return count > 0;
    if (errno != EINTR) detail::throw_errno("cannot wait for a process");
  }
}

}  // namespace

Process::Process(detail::Launched&& launched)
    : pid_(launched.pid),
      creator_(::getpid()),
      pidfd_(std::move(launched.pidfd)),
      status_(std::move(launched.status)),
      server_(std::move(launched.server)) {}

Process::Process(Process&& other) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = other.pid_;
  creator_ = other.creator_;
  pidfd_ = std::move(other.pidfd_);
  status_ = std::move(other.status_);
  server_ = std::move(other.server_);
  exit_code_ = other.exit_code_;
  return *this;
}

Process::~Process() { end(); }

void Process::end() noexcept {
  // In a copy of the creator that somebody forked, the child is not ours to end.
  if (!pidfd_ || exit_code_ || creator_ != ::getpid()) return;
  detail::send_signal(pidfd_.get(), SIGKILL);
  if (status_) return;  // its fork server reaps it
  siginfo_t info{};
  detail::resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED); });
}

int Process::join() { return *join_until(kForever); }

std::optional<int> Process::join_until(Deadline deadline) {
  if (exit_code_) return exit_code_;
  if (!ended_by(sentinel(), deadline)) return std::nullopt;
  exit_code_ = collect();
  return exit_code_;
}

/// Reaps the child, which has ended.
int Process::collect() {
  if (creator_ != ::getpid()) detail::throw_error(ECHILD, "only the process that started a process can join it");
  if (status_) return server_->receive_exit_code(status_).value_or(kUnknownExitCode);
  siginfo_t info{};
  if (detail::resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED); }) != 0) {
    if (errno == ECHILD) return kUnknownExitCode;
    detail::throw_errno("cannot join a process");
  }
  return detail::exit_code_of(info);
}

void Process::signal(int number) {
  const int pidfd = sentinel();
  if (exit_code_) return;
  if (detail::send_signal(pidfd, number) != 0 && errno != ESRCH) detail::throw_errno("cannot signal a process");
}

void Process::terminate() { signal(SIGTERM); }
void Process::kill() { signal(SIGKILL); }

int Process::sentinel() const {
  if (!pidfd_) detail::throw_error(ECHILD, "this object holds no process");
  return pidfd_.get();
}

void Process::detach() {
  (void)sentinel();
  if (!exit_code_ && !status_) detail::adopt_detached(std::move(pidfd_));
  pidfd_.reset();
  status_.reset();
  server_.reset();
}

}  // namespace proberen::ipc
