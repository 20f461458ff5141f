/// Unseen: what of a program does not ask the runtime, as far as that can be known: functions that are called and were compiled without the
/// wrapper, or with it but without hooks, functions of the C library that touch the program's memory, and instructions of inline assembly
/// that are atomic or fences.
///
/// Debug information tells which code was compiled with the wrapper: a compilation unit names its compiler's options. Calls and addresses
/// of functions are found in the code. Limits: what is called only through tables of pointers, or does not begin what the line table knows
/// (an atomic instruction in the middle of inline assembly, but for the plainest), is not found. A function without hooks (no_sanitize) is
/// known where it touches static data by name: behind a pointer there may be a local variable, which needs no hook. What was inlined from
/// one is not found.
#pragma once

#include <string>
#include <vector>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

struct Unseen {
  bool known = true;                   ///< false: a module has no debug information that says
  std::vector<std::string> functions;  ///< by name
  std::vector<std::string> unhooked;   ///< functions that touch static data and have no hook
  std::vector<std::string> assembly;   ///< `file:line`
  std::vector<std::string> library;    ///< functions of the C library that are called, touch the program's memory and do not tell
  bool annotated = false;              ///< it tells ThreadSanitizer what synchronizes
  bool locals_left_out = false;        ///< its compiler leaves out accesses to parts of local variables, also of shared ones
};

/// Reads the files of the modules. O(their size).
[[nodiscard]] Unseen find_unseen(const std::vector<Module>& modules);

/// The same as sentences for people.
[[nodiscard]] std::vector<std::string> to_limits(const Unseen& unseen);

}  // namespace proberen::runtime
