/// Tasks: the line of a pool whose workers serve themselves, and which ends in one of two ways.
///
///   submit(x)            ok, closed, ended
///   serve                a task, or none: there is none and will be none. Waits for one. The oldest, but one behind it where another serve
///                        took the oldest and found that the pool has ended: that one is never served
///   close                none                    no more is taken; what there is is served
///   end                  none                    no more is taken, and nothing served
///
/// That no task gets lost on the way is for an invariant to say: here those that wait for ever cannot be told from those that are refused.
#pragma once

#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Tasks {
  std::vector<Value> waiting = {};
  bool closed = false;
  bool ended = false;

  static std::vector<std::string> operations() { return {"submit", "serve", "close", "end"}; }
  [[nodiscard]] std::vector<Step<Tasks>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
