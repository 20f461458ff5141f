/// Counter: a number that every operation raises by one, however it gets there. What a lock is for: put a plain counter behind it.
///
///   increment            the new number
///   try_increment        the new number, or none: the guard could not be entered just then, which a guard that is held by a concurrent
///   call allows increment_for        the same, with a timeout read                 the number
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Counter {
  std::int64_t count = 0;

  static std::vector<std::string> operations() { return {"increment", "try_increment", "increment_for", "read"}; }
  [[nodiscard]] std::vector<Step<Counter>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return std::to_string(count); }
};

}  // namespace proberen::spec
