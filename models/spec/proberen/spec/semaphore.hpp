/// Semaphore: a number of units that is never negative, and never above its limit.
///
///   acquire              none            waits for a unit, and takes it
///   try_acquire          true, false     false only while there is no unit
///   acquire_for          true, false     the same, with a timeout
///   release(n)           ok, refused     gives n units back (one without the argument); refused when n < 1 or there would be more than the
///   limit value                the units
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Semaphore {
  std::int64_t value = 1;
  std::int64_t limit = std::numeric_limits<std::int32_t>::max();

  static std::vector<std::string> operations() { return {"acquire", "try_acquire", "acquire_for", "release", "value"}; }
  [[nodiscard]] std::vector<Step<Semaphore>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return std::to_string(value); }
};

}  // namespace proberen::spec
