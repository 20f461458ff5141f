/// Unsupported: calls that cannot be modelled inside an exploration end it with one line that names them.
#pragma once

#include "models/runtime/call.hpp"

namespace proberen::runtime {

/// "`name` is not modelled": the exploration's failure.
[[noreturn]] void unsupported(const char* name, Site site);

/// Whether the real function is called: outside of explorations, and at a program's end by what was there before main, which may write a
/// profile.
[[nodiscard]] inline bool is_let_through() { return !explored() || current->from_before_main; }

/// Calls the real function, or, explored, ends the exploration.
template <class Function, class... Arguments>
auto pass(Function* real, const char* name, std::uintptr_t returns_to, std::uintptr_t frame_end, Arguments... arguments)
    -> decltype(real(arguments...)) {
  if (is_let_through()) return real(arguments...);
  const Inside inside;
  unsupported(name, user_site(returns_to, frame_end));
}

}  // namespace proberen::runtime

#define PROBEREN_CALLER \
  reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16
/// The function, in front of the C library's.
#define PROBEREN_UNSUPPORTED(result, name, parameters, ...)                                                   \
  PROBEREN_INTERPOSED result name parameters {                                                                \
    return ::proberen::runtime::pass(PROBEREN_REAL(name), #name, PROBEREN_CALLER __VA_OPT__(, ) __VA_ARGS__); \
  }
