/// Helpers around system calls.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace proberen::ipc::detail {

[[noreturn]] inline void throw_error(int error, const std::string& what) { throw std::system_error(error, std::generic_category(), what); }
[[noreturn]] inline void throw_errno(const std::string& what) { throw_error(errno, what); }

// By number: <sys/pidfd.h> of glibc 2.36 cannot be used from C++, since it lacks extern "C".
inline int open_pidfd(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
inline int send_signal(int pidfd, int signal) noexcept {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
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
