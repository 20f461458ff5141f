/// Operators: a program's own operator new and delete are the program's alone. The runtime, and what the C++ library does for it, allocate
/// elsewhere: memory of the program is restored before each execution, and a call of its functions is one that others could see.
///
/// The loader has bound them to the program's for everybody. Where a program that will be explored has its own, the libraries' bindings are
/// replaced by functions that look on whose behalf they are called.
#pragma once

namespace proberen::runtime {

/// Before static constructors run.
void keep_operators_apart();
/// A function of malloc's family that the program defines itself; null: there is none. Such memory cannot be told from the arena's.
[[nodiscard]] const char* own_malloc();

}  // namespace proberen::runtime
