/// Tally: a count of what callers were told, for the invariants of a subject. Unchecked; any thread may add, of any process that maps it.
#pragma once

#include <cstdint>

#include "subjects/unchecked.hpp"

namespace proberen::reference {

class Tally {
 public:
  PROBEREN_UNCHECKED void add(std::int64_t number) { __atomic_fetch_add(&count_, number, __ATOMIC_RELAXED); }
  /// Of all that was added, when no call is running any more.
  [[nodiscard]] PROBEREN_UNCHECKED std::int64_t count() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

 private:
  std::int64_t count_ = 0;
};

}  // namespace proberen::reference
