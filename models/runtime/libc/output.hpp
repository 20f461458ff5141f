/// Output: what the explored program prints is kept in memory, and thrown away when the next execution begins.
///
/// The C library's own buffers of stdout and stderr are what it is kept in, so that printing costs no system call. Limits: of more than
/// kMostKept bytes the first ones are lost; what stdout and stderr say is told apart but not merged.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace proberen::runtime {

inline constexpr std::size_t kMostKept = std::size_t{1} << 20;

/// From now on the process' standard output and error are captured. False when that cannot be done.
[[nodiscard]] bool output_capture();
/// Who reads standard input from now on ends the exploration with a line that says so. Before static constructors run, which keep the
/// stream.
void input_refuse();
[[nodiscard]] bool output_captured();
void output_begin_execution();
/// As write(2) to 1 or 2.
ssize_t output_write(int fd, const void* bytes, std::size_t size);
/// What the execution has printed so far; `fd` is 1 or 2.
[[nodiscard]] std::string output_text(int fd);
/// Writes to where standard output (1) or standard error (2) went before.
void output_original(int fd, const std::string& text);

}  // namespace proberen::runtime
