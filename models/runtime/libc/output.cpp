#include "models/runtime/libc/output.hpp"

#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

char buffers[2][kMostKept];
int originals[2] = {1, 2};
bool captured = false;

FILE* stream(int fd) { return fd == 1 ? stdout : stderr; }
bool ours(const FILE* file) { return captured && (file == nullptr || file == stdout || file == stderr); }

}  // namespace

bool output_capture() {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return false;
  std::fflush(stdout);
  for (int fd = 1; fd <= 2; ++fd) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    originals[fd - 1] = copy;
    if (dup2(nowhere, fd) < 0) return false;
    PROBEREN_REAL(setvbuf)(stream(fd), buffers[fd - 1], _IOFBF, kMostKept);
  }
  ::close(nowhere);
  captured = true;
  return true;
}

void input_refuse() {
  cookie_io_functions_t functions{};
  functions.read = [](void*, char*, std::size_t) -> ssize_t {
    if (explored()) {
      const Inside inside;
      fail(FailureKind::kUnsupported, "reading of standard input is not modelled inside an exploration", first_program_site(), "reads");
    }
    return 0;
  };
  if (FILE* const refusing = fopencookie(nullptr, "r", functions)) stdin = refusing;
}

bool output_captured() { return captured; }

void output_begin_execution() {
  if (!captured) return;
  for (int fd = 1; fd <= 2; ++fd) {
    if (__fpending(stream(fd)) != 0) __fpurge(stream(fd));
  }
}

ssize_t output_write(int fd, const void* bytes, std::size_t size) {
  if (!captured) return PROBEREN_REAL(write)(fd, bytes, size);
  return static_cast<ssize_t>(std::fwrite(bytes, 1, size, stream(fd)));
}

std::string output_text(int fd) {
  if (!captured) return "";
  return {buffers[fd - 1], std::min(__fpending(stream(fd)), kMostKept)};
}

void output_original(int fd, const std::string& text) {
  const int to = originals[fd - 1];
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = PROBEREN_REAL(write)(to, text.data() + done, text.size() - done);
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

// The captured streams keep their buffers, and keep them full until the execution is over.

PROBEREN_INTERPOSED int fflush(FILE* file) {
  if (!explored() || !ours(file)) return PROBEREN_REAL(fflush)(file);
  return 0;
}

PROBEREN_INTERPOSED int setvbuf(FILE* file, char* buffer, int mode, std::size_t size) noexcept {
  if (!explored() || !ours(file)) return PROBEREN_REAL(setvbuf)(file, buffer, mode, size);
  return 0;
}

PROBEREN_INTERPOSED void setbuf(FILE* file, char* buffer) noexcept {
  if (!explored() || !ours(file)) PROBEREN_REAL(setbuf)(file, buffer);
}

PROBEREN_INTERPOSED void setlinebuf(FILE* file) noexcept {
  if (!explored() || !ours(file)) PROBEREN_REAL(setlinebuf)(file);
}
