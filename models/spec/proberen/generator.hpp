/// Generators: where the arguments of generated calls come from.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "proberen/value.hpp"

namespace proberen {

/// The values that an argument may take, in the order in which shrinking prefers them. Small on purpose: bugs of concurrency need
/// few values, and few values collide often.
struct Generator {
  std::vector<Value> values;
  bool distinct = false;  ///< gen::distinct(): `values` is empty
};

namespace gen {

/// The integers from `low` up to, and with, `high`. Throws std::invalid_argument when there are none or more than 1,000.
[[nodiscard]] Generator in_range(std::int64_t low, std::int64_t high);

/// One of these, the first the simplest.
[[nodiscard]] Generator one_of(std::initializer_list<Value> values);

/// true or false.
[[nodiscard]] Generator truth();

/// Another number at each call of a scenario: 1, 2, 3 … in the order in which the calls stand. What a queue is best checked with: equal
/// items would hide a swap.
[[nodiscard]] Generator distinct();

}  // namespace gen
}  // namespace proberen
