/// Leaks: after a complete execution, a block that nothing points to any more, seen from the program's variables. Conservative: a number
/// that looks like an address counts as a pointer. What main's static constructors have allocated is never a leak.
#pragma once

#include <vector>

#include "models/runtime/heap.hpp"
#include "models/runtime/modules.hpp"

namespace proberen::runtime {

/// The first leaked block; null if there is none.
[[nodiscard]] const Block* find_leak(const std::vector<Module>& modules, std::uintptr_t thread_pointer);

}  // namespace proberen::runtime
