/// Destroyed: the mark that a synchronization object bears between its destruction and its next initialization, at a place in its memory
/// that initialization, static or not, leaves zero.
#pragma once

#include "models/runtime/call.hpp"

namespace proberen::runtime {

inline constexpr unsigned kDestroyed = 0xdead'0b1e;

/// "`use` of what has been destroyed: `kind` 0x…".
[[noreturn]] void complain_of_destroyed(const char* kind, const void* object, const char* use, Site site);

/// Fails the execution where the object is destroyed, or its memory freed.
inline void check_alive(const void* object, std::size_t size, unsigned mark, const char* kind, const char* use, Site site) {
  heap_check(reinterpret_cast<std::uintptr_t>(object), size, true, site);
  if (__builtin_expect(mark == kDestroyed, 0)) complain_of_destroyed(kind, object, use, site);
}

}  // namespace proberen::runtime
