/// Telling: a failure of the engine in the words of a scenario: its threads by their numbers there, and the object under check by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proberen/explore/types.hpp"
#include "proberen/record.hpp"

namespace proberen::scenarios {

class Telling {
 public:
  /// Where the object was in the failed execution.
  Telling(std::uintptr_t object, std::size_t size) : object_(object), size_(size) {}

  [[nodiscard]] Failure of(const explore::Failure& failure) const;
  /// `thread 2`, `T2.1` and `0x…` as the engine writes them, replaced. Its thread 0 is the one that makes the object: `main`.
  [[nodiscard]] std::string text(std::string_view text) const;

 private:
  std::uintptr_t object_;
  std::size_t size_;
};

}  // namespace proberen::scenarios
