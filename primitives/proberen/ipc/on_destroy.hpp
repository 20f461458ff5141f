/// OnDestroy: what the destructor of a Process does with a child that has been neither joined nor detached.
#pragma once

#include <chrono>

namespace proberen::ipc {

class OnDestroy {
 public:
  enum class Action {
    /// SIGKILL, and waits for the end.
    kill,
    /// SIGTERM, so that it can put things in order; SIGKILL if it has not ended when the grace is over. Waits for the end.
    terminate_then_kill,
    /// Waits for the end, however long it takes.
    join,
    /// As Process::detach(): the child goes on.
    detach,
  };

  static constexpr OnDestroy kill() noexcept { return OnDestroy(Action::kill); }
  /// A grace of zero or less is none.
  static constexpr OnDestroy terminate_then_kill(std::chrono::milliseconds grace) noexcept {
    return OnDestroy(Action::terminate_then_kill, grace);
  }
  static constexpr OnDestroy join() noexcept { return OnDestroy(Action::join); }
  static constexpr OnDestroy detach() noexcept { return OnDestroy(Action::detach); }

  [[nodiscard]] constexpr Action action() const noexcept { return action_; }
  /// Of terminate_then_kill.
  [[nodiscard]] constexpr std::chrono::milliseconds grace() const noexcept { return grace_; }

 private:
  constexpr explicit OnDestroy(Action action, std::chrono::milliseconds grace = {}) noexcept : action_(action), grace_(grace) {}

  Action action_;
  std::chrono::milliseconds grace_;
};

}  // namespace proberen::ipc
