#include "proberen/spec/timer.hpp"

namespace proberen::spec {

std::string Timer::key() const {
  const std::string text = std::to_string(static_cast<int>(phase));
  return phase == Phase::running ? text + " by " + std::to_string(server) : text;
}

std::vector<Step<Timer>> Timer::step_of_cancel(bool waits, bool serves) const {
  switch (phase) {
    case Phase::idle:
    case Phase::revoked:
      return {{"cancelled", Timer{Phase::revoked}}};
    case Phase::armed:
    case Phase::cancelled:
      return {{"cancelled", Timer{Phase::cancelled}}};
    case Phase::running:
      if (waits && !serves) return {};
      return {{"running", *this}};
    case Phase::fired:
      break;
  }
  return {{"already_fired", *this}};
}

std::vector<Step<Timer>> Timer::step_of_join(bool timed, bool serves) const {
  switch (phase) {
    case Phase::idle:
    case Phase::revoked:
      return {{"refused", *this}};
    case Phase::armed:
    case Phase::running:
      if (serves) return {{"refused", *this}};
      return timed ? std::vector<Step<Timer>>{{false, *this}} : std::vector<Step<Timer>>{};
    case Phase::fired:
    case Phase::cancelled:
      break;
  }
  return {{timed ? Value(true) : Value(), *this}};
}

std::vector<Step<Timer>> Timer::step_of_service(const std::string& operation, int thread) const {
  const bool tries = operation == "try_begin";
  if (operation == "finish") {
    const bool mine = phase == Phase::running && server == thread;
    return mine ? std::vector<Step<Timer>>{{"ok", Timer{Phase::fired}}} : std::vector<Step<Timer>>{{"refused", *this}};
  }
  if (phase == Phase::armed) return {{tries ? Value(true) : Value(), Timer{Phase::running, thread}}};
  return tries ? std::vector<Step<Timer>>{{false, *this}} : std::vector<Step<Timer>>{};
}

std::vector<Step<Timer>> Timer::step(const Call& call, int thread) const {
  const std::string& operation = call.operation;
  const bool serves = phase == Phase::running && server == thread;
  if (operation == "start") {
    if (phase == Phase::idle) return {{"ok", Timer{Phase::armed}}};
    if (phase == Phase::revoked) return {{"ok", Timer{Phase::cancelled}}};
    return {{"refused", *this}};
  }
  if (operation.starts_with("cancel")) return step_of_cancel(operation == "cancel_and_wait", serves);
  if (operation.starts_with("join")) return step_of_join(operation == "join_for", serves);
  if (operation == "is_active") return {{phase == Phase::armed || phase == Phase::running, *this}};
  return step_of_service(operation, thread);
}

}  // namespace proberen::spec
