/// CPython, whose measurements stand beside ours where it is installed.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace proberen::benchmarks::peers {

/// The system's rather than one of the PATH, so that figures are about a known build.
inline constexpr const char* kPython = "/usr/bin/python3";

inline bool has_python() { return ::access(kPython, X_OK) == 0; }

/// The figure that a program prints, run with `arguments` in an interpreter of its own that heeds neither environment nor home. Throws
/// std::runtime_error when it prints none or fails.
inline double ask_python(const std::string& program, const std::string& arguments) {
  std::string quoted;
  for (const char character : program) quoted += character == '\'' ? std::string("'\\''") : std::string(1, character);
  const std::string command = std::string(kPython) + " -I -c '" + quoted + "' " + arguments;
  std::FILE* const output = ::popen(command.c_str(), "re");
  if (output == nullptr) throw std::runtime_error("cannot run python3");
  double figure = 0;
  const int fields = std::fscanf(output, "%lf", &figure);
  if (::pclose(output) != 0 || fields != 1) throw std::runtime_error("python3 gave no figure");
  return figure;
}

}  // namespace proberen::benchmarks::peers
