/// Helpers around system calls.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace proberen::ipc::detail {

[[noreturn]] inline void throw_error(int error, const std::string& what) { throw std::system_error(error, std::generic_category(), what); }
[[noreturn]] inline void throw_errno(const std::string& what) { throw_error(errno, what); }

/// A copy of `number`, close-on-exec, above `highest`. -1, with errno, when there is none.
inline int copy_above(int number, int highest) noexcept {
  const int copy = ::fcntl(number, F_DUPFD_CLOEXEC, highest + 1);
  // Not even the lowest number is below the limit (fcntl(2)).
  if (copy < 0 && errno == EINVAL) errno = EMFILE;
  return copy;
}

/// What every call that makes a descriptor goes through: `number`, or a copy above the standard ones, close-on-exec, in place of one of
/// those, which a daemon has closed. Whatever is open there is a child's standard input or output, which nothing of the library may be. -1,
/// with errno and with `number` closed, when there is no copy, and for -1.
inline int above_standard(int number) noexcept {
  if (number < 0 || number > STDERR_FILENO) return number;
  const int copy = copy_above(number, STDERR_FILENO);
  const int error = errno;
  ::close(number);
  errno = error;
  return copy;
}

// By number: <sys/pidfd.h> of glibc 2.36 cannot be used from C++, since it lacks extern "C".
inline int open_pidfd(pid_t pid) noexcept { return above_standard(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }
inline int send_signal(int pidfd, int signal) noexcept {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

/// Whether a file may grow to `size` bytes; else errno is EFBIG. Of RLIMIT_FSIZE the kernel tells by SIGXFSZ, which ends a process.
inline bool may_have_file_of(std::size_t size) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur) return true;
  errno = EFBIG;
  return false;
}

/// Calls again while a signal handler interrupts it.
template <class Call>
auto resumed(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

}  // namespace proberen::ipc::detail
