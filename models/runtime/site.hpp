/// Site: where in the program a call was made. When it came through a library that is not instrumented (std::thread::join calls
/// pthread_join), it is the place in the program that called the library.
#pragma once

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

/// `returns_to` is a return address and `frame_end` the address just above where it is on the stack.
[[nodiscard]] explore::Site user_site(std::uintptr_t returns_to, std::uintptr_t frame_end);

/// The innermost place in the program of everything that is running on this stack; for failures, slow.
[[nodiscard]] explore::Site first_program_site();
/// Whether an address is in the program's own code.
[[nodiscard]] bool in_program(std::uintptr_t address);

}  // namespace proberen::runtime

/// The place in the program that called the function in which this stands.
#define PROBEREN_SITE()                                                                              \
  ::proberen::runtime::user_site(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), \
                                 reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16)
