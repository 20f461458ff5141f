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

/// A call as its callee sees it.
struct CallSite {
  std::uintptr_t returns_to = 0;
  std::uintptr_t frame_end = 0;
  [[nodiscard]] explore::Site find() const { return user_site(returns_to, frame_end); }
};

}  // namespace proberen::runtime

/// The call of the function in which this stands, and the place in the program that made it.
#define PROBEREN_CALL_SITE()                                                                    \
  (::proberen::runtime::CallSite{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), \
                                 reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa())})
#define PROBEREN_SITE() PROBEREN_CALL_SITE().find()
