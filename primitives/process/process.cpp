#include "proberen/ipc/process.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/children.hpp"
#include "primitives/process/fork_server.hpp"
#include "primitives/process/launch.hpp"
#include "primitives/process/parent_watch.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc {
namespace {

/// How long an object that goes waits for a fork server to reap the child. One that runs takes some microseconds; what is still to come of
/// one that is stopped nobody will ask.
constexpr std::chrono::milliseconds kReaping{500};

}  // namespace

Process::Process(detail::Launched&& launched)
    : pid_(launched.pid),
      name_(std::move(launched.name)),
      creator_(::getpid()),
      pidfd_(std::move(launched.pidfd)),
      status_(std::move(launched.status)),
      server_(std::move(launched.server)),
      last_words_(std::make_unique<detail::LastWords>(std::move(launched.last_words))),
      on_destroy_(launched.on_destroy) {
  detail::list_child(pidfd_.get(), pid_, name_);
  if (!launched.lost) return;
  exit_code_ = kUnknownExitCode;
  error_ = last_words_->read();
}

Process::Process(Process&& other) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = other.pid_;
  name_ = std::move(other.name_);
  creator_ = other.creator_;
  pidfd_ = std::move(other.pidfd_);
  status_ = std::move(other.status_);
  server_ = std::move(other.server_);
  last_words_ = std::move(other.last_words_);
  on_destroy_ = other.on_destroy_;
  exit_code_ = other.exit_code_;
  core_dumped_ = other.core_dumped_;
  closed_ = other.closed_;
  error_ = std::move(other.error_);
  return *this;
}

Process::~Process() { end(); }

void Process::end() noexcept {
  if (!pidfd_) return;
  if (creator_ != ::getpid()) {
    // In a copy of the creator the child is not ours to end, and these numbers may be another's by now.
    (void)pidfd_.release();
    (void)status_.release();
    if (last_words_) last_words_->forget();
    return;
  }
  try {
    if (on_destroy_.action() == OnDestroy::Action::detach) return let_go();
    if (!exit_code_) bring_to_end();
  } catch (const std::exception&) {
    // For want of memory: one that is to go on is reaped when this process ends; any other is killed.
    if (!pidfd_) return;
    detail::send_signal(pidfd_.get(), SIGKILL);
  }
  reap();
  release();
}

/// Does what is to be done before the end of the child can be waited for without a deadline.
void Process::bring_to_end() {
  switch (on_destroy_.action()) {
    case OnDestroy::Action::join:
    case OnDestroy::Action::detach:
      return;
    case OnDestroy::Action::terminate_then_kill:
      detail::send_signal(pidfd_.get(), SIGTERM);
      if (detail::ended_by(pidfd_.get(), deadline_after(SteadyClock::now(), on_destroy_.grace()))) return;
      [[fallthrough]];
    case OnDestroy::Action::kill:
      detail::send_signal(pidfd_.get(), SIGKILL);
  }
}

/// Waits for the end of the child. With a fork server, until that has reaped it, but not for ever: else the server might go first and leave
/// it to whoever adopts it.
void Process::reap() noexcept {
  if (exit_code_) return;
  try {
    (void)detail::ended_by(pidfd_.get(), kForever);
    collect(deadline_after(SteadyClock::now(), kReaping));
  } catch (const std::exception&) {
    // How it ended is asked by nobody.
  }
}

/// Closes what is held for the child.
void Process::release() noexcept {
  detail::unlist_child(pidfd_.get());
  pidfd_.reset();
  status_.reset();
  server_.reset();
  last_words_.reset();
}

void Process::require_ours() const {
  if (!pidfd_) detail::throw_error(ECHILD, closed_ ? "this object was closed" : "this object holds no process");
  if (creator_ != ::getpid()) detail::throw_error(ECHILD, "only the process that started a process can use its object");
}

int Process::join() { return *join_until(kForever); }

std::optional<int> Process::join_until(Deadline deadline) {
  require_ours();
  if (!exit_code_ && detail::ended_by(pidfd_.get(), deadline)) collect(deadline);
  return exit_code_;
}

bool Process::alive() {
  // Once more: that it has ended may be known before how it has.
  return !exit_code() && !detail::ended_by(pidfd_.get(), Deadline::min());
}

/// Reaps the child, which has ended; or waits until `deadline` for its fork server to say that it has.
void Process::collect(Deadline deadline) {
  if (status_) {
    detail::Ending ending;
    const bool known = server_->receive_ending(status_, deadline, ending);
    // Its words come first, and alone where the server is late.
    if (!ending.last_words.empty()) error_ = std::move(ending.last_words);
    if (!known) return;
    exit_code_ = ending.exit_code.value_or(kUnknownExitCode);
    core_dumped_ = ending.core_dumped;
    return;
  }
  siginfo_t info{};
  if (detail::resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED); }) != 0) {
    if (errno != ECHILD) detail::throw_errno("cannot join a process");
    exit_code_ = kUnknownExitCode;
  } else {
    exit_code_ = detail::exit_code_of(info);
    core_dumped_ = info.si_code == CLD_DUMPED;
  }
  error_ = last_words_->read();
}

bool Process::core_dumped() const {
  require_ours();
  return core_dumped_;
}

const std::string& Process::error() const {
  require_ours();
  return error_;
}

void Process::signal(int number) {
  require_ours();
  if (exit_code_) return;
  if (detail::send_signal(pidfd_.get(), number) != 0 && errno != ESRCH) detail::throw_errno("cannot signal a process");
}

void Process::terminate() { signal(SIGTERM); }
void Process::kill() { signal(SIGKILL); }
void Process::interrupt() { signal(SIGINT); }

int Process::sentinel() const {
  require_ours();
  return pidfd_.get();
}

void Process::detach() {
  require_ours();
  let_go();
}

void Process::let_go() {
  if (!exit_code_ && !status_) {
    detail::unlist_child(pidfd_.get());
    detail::adopt_detached(std::move(pidfd_), std::move(*last_words_));
  }
  release();
}

void Process::close() {
  if (closed_) return;
  require_ours();
  if (alive()) detail::throw_error(EBUSY, "a process that runs cannot be closed; end and join it first");
  closed_ = true;
  reap();
  release();
}

}  // namespace proberen::ipc
