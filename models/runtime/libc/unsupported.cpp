#include "models/runtime/libc/unsupported.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>

#include "models/runtime/libc/output.hpp"

namespace proberen::runtime {

void unsupported(const char* name, Site site) {
  fail(FailureKind::kUnsupported, std::string(name) + " is not modelled inside an exploration", site, name);
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED pid_t fork() noexcept { return pass(PROBEREN_REAL(fork), "fork", PROBEREN_CALLER); }
PROBEREN_INTERPOSED int pause() { return pass(PROBEREN_REAL(pause), "pause", PROBEREN_CALLER); }

PROBEREN_UNSUPPORTED(int, pipe, (int* ends) noexcept, ends)
PROBEREN_UNSUPPORTED(int, pipe2, (int* ends, int flags) noexcept, ends, flags)
PROBEREN_UNSUPPORTED(int, socket, (int domain, int type, int protocol) noexcept, domain, type, protocol)
PROBEREN_UNSUPPORTED(int, socketpair, (int domain, int type, int protocol, int* ends) noexcept, domain, type, protocol, ends)
PROBEREN_UNSUPPORTED(int, eventfd, (unsigned value, int flags) noexcept, value, flags)
PROBEREN_UNSUPPORTED(int, signalfd, (int fd, const sigset_t* set, int flags) noexcept, fd, set, flags)
PROBEREN_UNSUPPORTED(int, timerfd_create, (clockid_t clock, int flags) noexcept, clock, flags)
PROBEREN_UNSUPPORTED(int, epoll_create, (int size) noexcept, size)
PROBEREN_UNSUPPORTED(int, epoll_create1, (int flags) noexcept, flags)
PROBEREN_UNSUPPORTED(int, epoll_wait, (int fd, epoll_event* events, int most, int timeout), fd, events, most, timeout)
PROBEREN_UNSUPPORTED(int, poll, (pollfd * fds, nfds_t count, int timeout), fds, count, timeout)
PROBEREN_UNSUPPORTED(int, ppoll, (pollfd * fds, nfds_t count, const timespec* timeout, const sigset_t* mask), fds, count, timeout, mask)
PROBEREN_UNSUPPORTED(int, select, (int count, fd_set* in, fd_set* out, fd_set* error, timeval* timeout), count, in, out, error, timeout)
PROBEREN_UNSUPPORTED(int, pselect, (int count, fd_set* in, fd_set* out, fd_set* error, const timespec* timeout, const sigset_t* mask),
                     count, in, out, error, timeout, mask)
PROBEREN_UNSUPPORTED(ssize_t, read, (int fd, void* bytes, std::size_t size), fd, bytes, size)
PROBEREN_UNSUPPORTED(ssize_t, pread, (int fd, void* bytes, std::size_t size, off_t at), fd, bytes, size, at)
PROBEREN_UNSUPPORTED(ssize_t, readv, (int fd, const iovec* parts, int count), fd, parts, count)
PROBEREN_UNSUPPORTED(ssize_t, recv, (int fd, void* bytes, std::size_t size, int flags), fd, bytes, size, flags)
PROBEREN_UNSUPPORTED(ssize_t, recvmsg, (int fd, msghdr* message, int flags), fd, message, flags)
PROBEREN_UNSUPPORTED(ssize_t, send, (int fd, const void* bytes, std::size_t size, int flags), fd, bytes, size, flags)
PROBEREN_UNSUPPORTED(ssize_t, sendmsg, (int fd, const msghdr* message, int flags), fd, message, flags)
PROBEREN_UNSUPPORTED(int, timer_create, (clockid_t clock, sigevent* event, timer_t* timer) noexcept, clock, event, timer)
PROBEREN_UNSUPPORTED(int, setitimer, (__itimer_which_t which, const itimerval* value, itimerval* old) noexcept, which, value, old)
PROBEREN_UNSUPPORTED(unsigned, alarm, (unsigned seconds) noexcept, seconds)
PROBEREN_UNSUPPORTED(int, sigwait, (const sigset_t* set, int* signal), set, signal)
PROBEREN_UNSUPPORTED(int, pthread_cancel, (pthread_t handle), handle)
PROBEREN_UNSUPPORTED(int, sigwaitinfo, (const sigset_t* set, siginfo_t* info), set, info)
PROBEREN_UNSUPPORTED(int, sigtimedwait, (const sigset_t* set, siginfo_t* info, const timespec* timeout), set, info, timeout)
PROBEREN_UNSUPPORTED(int, sigsuspend, (const sigset_t* mask), mask)
PROBEREN_UNSUPPORTED(int, sigqueue, (pid_t process, int signal, sigval value) noexcept, process, signal, value)
PROBEREN_UNSUPPORTED(int, pthread_sigqueue, (pthread_t handle, int signal, sigval value) noexcept, handle, signal, value)
PROBEREN_UNSUPPORTED(int, killpg, (pid_t group, int signal) noexcept, group, signal)
PROBEREN_UNSUPPORTED(pid_t, waitpid, (pid_t child, int* status, int options), child, status, options)
PROBEREN_UNSUPPORTED(int, system, (const char* command), command)
PROBEREN_UNSUPPORTED(int, execve, (const char* path, char* const* arguments, char* const* environment) noexcept, path, arguments,
                     environment)
PROBEREN_UNSUPPORTED(int, on_exit, (void (*function)(int, void*), void* argument) noexcept, function, argument)
PROBEREN_UNSUPPORTED(int, hcreate, (std::size_t entries) noexcept, entries)
PROBEREN_UNSUPPORTED(char*, initstate, (unsigned seed, char* state, std::size_t size) noexcept, seed, state, size)
PROBEREN_UNSUPPORTED(char*, setstate, (char* state) noexcept, state)
PROBEREN_UNSUPPORTED(unsigned short*, seed48, (unsigned short* seed) noexcept, seed)
PROBEREN_UNSUPPORTED(void, lcong48, (unsigned short* numbers) noexcept, numbers)
PROBEREN_UNSUPPORTED(int, shm_open, (const char* name, int flags, mode_t mode), name, flags, mode)
PROBEREN_UNSUPPORTED(int, posix_spawn,
                     (pid_t * child, const char* path, const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* attributes,
                      char* const* arguments, char* const* environment),
                     child, path, actions, attributes, arguments, environment)

PROBEREN_INTERPOSED sem_t* sem_open(const char* name, int flags, ...) {
  if (explored()) {
    PROBEREN_ENTER();
    unsupported("sem_open", site);
  }
  va_list list;
  va_start(list, flags);
  const auto mode = va_arg(list, mode_t);
  const auto value = va_arg(list, unsigned);
  va_end(list);
  return PROBEREN_REAL(sem_open)(name, flags, mode, value);
}

extern "C" int __cxa_at_quick_exit(void (*function)(void*), void* module) noexcept;

PROBEREN_INTERPOSED int __cxa_at_quick_exit(void (*function)(void*), void* module) noexcept {
  return pass(PROBEREN_REAL(__cxa_at_quick_exit), "at_quick_exit", PROBEREN_CALLER, function, module);
}

// std::promise and std::packaged_task at a thread's exit: the C++ library's own code, which is not seen, writes that the result is there.
PROBEREN_INTERPOSED void proberen_ready_at_thread_exit(void* result) __asm__("_ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv");
void proberen_ready_at_thread_exit(void* result) {
  static const auto real = reinterpret_cast<void (*)(void*)>(next_symbol("_ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv"));
  pass(real, "a future that is made ready at a thread's exit", PROBEREN_CALLER, result);
}

// A library that comes in the middle of an execution would not be as it was for the next one.
PROBEREN_INTERPOSED void* dlopen(const char* name, int flags) noexcept {
  if (explored()) {
    PROBEREN_ENTER();
    void* const loaded = PROBEREN_REAL(dlopen)(name, flags | RTLD_NOLOAD);
    if (loaded == nullptr) unsupported("dlopen of a library that the program is not linked with", site);
    return loaded;
  }
  return PROBEREN_REAL(dlopen)(name, flags);
}

// Standard output and standard error are captured; nothing else can be written to.
PROBEREN_INTERPOSED ssize_t write(int fd, const void* bytes, std::size_t size) {
  if (!explored()) return PROBEREN_REAL(write)(fd, bytes, size);
  PROBEREN_ENTER();
  if (fd != 1 && fd != 2) unsupported("write to a descriptor other than standard output and error", site);
  return output_write(fd, bytes, size);
}

PROBEREN_INTERPOSED ssize_t writev(int fd, const iovec* parts, int count) {
  if (!explored()) return PROBEREN_REAL(writev)(fd, parts, count);
  PROBEREN_ENTER();
  if (fd != 1 && fd != 2) unsupported("writev to a descriptor other than standard output and error", site);
  ssize_t total = 0;
  for (int i = 0; i < count; ++i) total += output_write(fd, parts[i].iov_base, parts[i].iov_len);
  return total;
}
