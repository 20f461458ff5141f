/// MemoryFunctions: how functions of the C library that touch the program's memory tell of it.
#pragma once

#include <cstddef>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

/// A range that the running thread is about to read or write as a whole: fails the execution where it is outside of a block. Inside the
/// runtime alone.
void announce(const void* pointer, std::size_t size, bool write, explore::Site site);

}  // namespace proberen::runtime
