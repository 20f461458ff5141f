/// CPython, whose measurements stand beside ours where it is installed.
#pragma once

#include <unistd.h>

namespace proberen::benchmarks::peers {

/// The system's rather than one of the PATH, so that figures are about a known build.
inline constexpr const char* kPython = "/usr/bin/python3";

inline bool has_python() { return ::access(kPython, X_OK) == 0; }

}  // namespace proberen::benchmarks::peers
