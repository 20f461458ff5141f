/// Timer: calls a function once, unless it is cancelled before. Its service is a thread like any other, which begins the callback in one
/// call and ends it in another.
///
///   start              ok, refused     arms it; refused the second time
///   cancel             cancelled       the callback has not begun and never will: also before start
///                      running, already_fired
///   cancel_and_wait    as cancel, but waits while the callback runs, unless the caller is the one who runs it
///   join               none            waits until the callback has ended or the timer is cancelled
///                      refused         before start, and for the one who runs the callback
///   join_for           true, false     the same, with a timeout: it may give up at any moment at which the timer is not over; or refused
///   is_active          true, false     started, and not over
///   begin              none            waits until the timer is armed, and takes it: the callback begins
///   try_begin          true, false     the same without waiting
///   finish             ok, refused     the callback ends; refused for all but the one who began it
#pragma once

#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Timer {
  enum class Phase { idle, revoked, armed, running, fired, cancelled };

  Phase phase = Phase::idle;
  int server = 0;  ///< the thread that runs the callback; meaningful while running

  static std::vector<std::string> operations() {
    return {"start", "cancel", "cancel_and_wait", "join", "join_for", "is_active", "begin", "try_begin", "finish"};
  }
  [[nodiscard]] std::vector<Step<Timer>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;

 private:
  [[nodiscard]] std::vector<Step<Timer>> step_of_cancel(bool waits, bool serves) const;
  [[nodiscard]] std::vector<Step<Timer>> step_of_join(bool timed, bool serves) const;
  [[nodiscard]] std::vector<Step<Timer>> step_of_service(const std::string& operation, int thread) const;
};

}  // namespace proberen::spec
