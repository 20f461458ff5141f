/// Unsupported: calls that cannot be modelled inside an exploration end it with one line that names them.
#pragma once

#include "models/runtime/call.hpp"

namespace proberen::runtime {

/// "`name` is not modelled": the exploration's failure.
[[noreturn]] void unsupported(const char* name, Site site);

}  // namespace proberen::runtime
