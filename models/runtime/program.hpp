/// Program: what the runtime knows of the process before and while main() is explored.
#pragma once

#include <sys/types.h>

namespace proberen::runtime {

/// Static constructors of a program that will be explored are running: what they allocate is part of what every execution starts from.
[[nodiscard]] bool static_constructors_run();
/// Whether an address is in the C library's or the loader's code.
[[nodiscard]] bool is_libc(const void* address);
/// What the program takes for its process: the same in all that share the search.
[[nodiscard]] pid_t process_of_program();
/// Looks up where that is. Before the first question.
void find_libc();

}  // namespace proberen::runtime
