/// Futex: the futex system calls of explored threads, by their arguments as the kernel gets them.
#pragma once

#include "models/runtime/call.hpp"

namespace proberen::runtime {

struct CallArguments {
  long values[6];
};

/// What the system call returns: -1 with errno set where the kernel would refuse.
[[nodiscard]] long futex(const CallArguments& arguments, Site site);
[[nodiscard]] long futex_wait_for_any(const CallArguments& arguments, Site site);

}  // namespace proberen::runtime
