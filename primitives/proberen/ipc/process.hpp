/// Process: a child process, held by a pidfd.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <sys/types.h>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/on_destroy.hpp"

namespace proberen::ipc {

namespace detail {
class ForkServer;
class LastWords;
struct Launched;
}  // namespace detail

/// A child started by Context::start() or start_program(). Every signal and wait goes through its pidfd, so none can meet another process
/// that got the same number. Where SIGCHLD is ignored, or something else in this process reaps its children, nobody knows how one that was
/// started without a fork server has ended. Move-only; one thread at a time. What the destructor does with a child that has neither been
/// joined nor detached, on_destroy() says; without it, it kills and reaps the child, so that none is left behind. For a fork server to reap
/// a child that has ended it waits half a second at most. A move assignment is such an end of what was there before. Errors of the kernel
/// are std::system_error; so is any call but pid(), name() and on_destroy() after close() or detach(), and in a copy of the process that
/// started it (no_child_process), where the destructor leaves the child alone.
class Process {
 public:
  /// What join() returns when nobody knows how the child ended: its fork server died before it, or someone else has reaped it.
  static constexpr int kUnknownExitCode = 255;

  explicit Process(detail::Launched&& launched);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  /// For people to read; it may be another process's once this one has ended.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// What current_process() says in the child; a program's first argument.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Waits for the end. The exit status (0 to 255), or minus the signal that killed it. May be called again.
  int join();

  /// Waits for the end, but no longer than `timeout`; never gives up early.
  template <class Rep, class Period>
  std::optional<int> join_for(std::chrono::duration<Rep, Period> timeout) {
    return join_until(deadline_after(SteadyClock::now(), timeout));
  }
  std::optional<int> join_until(Deadline deadline);
  /// Waits for the end until a stop is requested.
  std::optional<int> join(const std::stop_token& token) {
    return proberen::detail::until_stopped(token, [this](Deadline deadline) { return join_until(deadline); });
  }

  /// As join(), without waiting: empty while it runs. With a fork server, also in the moment between its end and the server's word of how
  /// it ended, which lasts as long as the server is stopped; so is join_for().
  [[nodiscard]] std::optional<int> exit_code() { return join_until(Deadline::min()); }
  /// Whether it runs, without waiting.
  [[nodiscard]] bool alive();

  /// Whether the signal that ended it made a core file; only after its end is known.
  [[nodiscard]] bool core_dumped() const;
  /// What the exception said that ended its entry, at most 4000 bytes of it; "" while it runs, or when it ended otherwise.
  [[nodiscard]] const std::string& error() const;

  /// Sends SIGTERM, SIGKILL, SIGINT or any signal of signal(7); nothing when it has ended.
  void terminate();
  void kill();
  void interrupt();
  void signal(int number);

  /// A descriptor that is readable once the child has ended, for poll(2); it goes with this object.
  [[nodiscard]] int sentinel() const;

  /// What the destructor, or an assignment, does with a child that has been neither joined nor detached. It moves with the child.
  void on_destroy(OnDestroy policy) noexcept { on_destroy_ = policy; }

  /// Lets the child go on by itself: the destructor will not end it. It is reaped at a later start() of this process, or at its end.
  void detach();

  /// Gives back all that is kept for a child that has ended. While it runs this is std::system_error (device_or_resource_busy). May be
  /// called again.
  void close();

 private:
  void require_ours() const;
  void collect(Deadline deadline);
  void let_go();
  void bring_to_end();
  void reap() noexcept;
  void release() noexcept;
  void end() noexcept;

  pid_t pid_;
  std::string name_;
  pid_t creator_;
  Descriptor pidfd_;
  /// Only with a fork server, which is the child's parent: brings the exit code.
  Descriptor status_;
  std::shared_ptr<detail::ForkServer> server_;
  std::unique_ptr<detail::LastWords> last_words_;
  OnDestroy on_destroy_ = OnDestroy::kill();
  std::optional<int> exit_code_;
  bool core_dumped_ = false;
  bool closed_ = false;
  std::string error_;
};

}  // namespace proberen::ipc
