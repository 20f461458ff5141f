/// Machine code: what can be told of a program's instructions by their bytes. x86-64.
#pragma once

#include <cstdint>
#include <set>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

/// Where a call of a function in another module goes: through a jump beside the code that reads its address from a table, or by itself.
/// Null: it is none.
[[nodiscard]] const void* callee_of(const unsigned char* call, const Module& module);

/// Whether code reads or writes static data of its module, and calls none of the hooks. An instruction that locks is not looked at.
/// Memory behind a pointer may well be a local variable's: that it is touched says nothing.
[[nodiscard]] bool touches_unhooked(const Range& code, const Module& module, const std::set<std::uintptr_t>& hooks);

}  // namespace proberen::runtime
