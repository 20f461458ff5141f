// syscall(): a raw system call does what its function of the C library does here, or ends the exploration as that does. libstdc++'s
// std::atomic::wait, counting_semaphore, latch and barrier are inlined down to it. There is no membarrier. What neither waits nor makes or
// changes threads, processes, signals or descriptors goes to the kernel.

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/unsupported.hpp"
#include "models/runtime/sync/futex.hpp"

namespace proberen::runtime {
namespace {

struct Named {
  long number;
  const char* name;
};
#define PROBEREN_NAMED(number) \
  Named { number, "syscall(" #number ")" }
constexpr std::array kUnsupported{PROBEREN_NAMED(SYS_read),
                                  PROBEREN_NAMED(SYS_pread64),
                                  PROBEREN_NAMED(SYS_readv),
                                  PROBEREN_NAMED(SYS_pipe),
                                  PROBEREN_NAMED(SYS_pipe2),
                                  PROBEREN_NAMED(SYS_socket),
                                  PROBEREN_NAMED(SYS_socketpair),
                                  PROBEREN_NAMED(SYS_eventfd),
                                  PROBEREN_NAMED(SYS_eventfd2),
                                  PROBEREN_NAMED(SYS_signalfd),
                                  PROBEREN_NAMED(SYS_signalfd4),
                                  PROBEREN_NAMED(SYS_timerfd_create),
                                  PROBEREN_NAMED(SYS_epoll_create),
                                  PROBEREN_NAMED(SYS_epoll_create1),
                                  PROBEREN_NAMED(SYS_epoll_wait),
                                  PROBEREN_NAMED(SYS_epoll_pwait),
                                  PROBEREN_NAMED(SYS_epoll_pwait2),
                                  PROBEREN_NAMED(SYS_poll),
                                  PROBEREN_NAMED(SYS_ppoll),
                                  PROBEREN_NAMED(SYS_select),
                                  PROBEREN_NAMED(SYS_pselect6),
                                  PROBEREN_NAMED(SYS_recvfrom),
                                  PROBEREN_NAMED(SYS_recvmsg),
                                  PROBEREN_NAMED(SYS_recvmmsg),
                                  PROBEREN_NAMED(SYS_sendto),
                                  PROBEREN_NAMED(SYS_sendmsg),
                                  PROBEREN_NAMED(SYS_sendmmsg),
                                  PROBEREN_NAMED(SYS_accept),
                                  PROBEREN_NAMED(SYS_accept4),
                                  PROBEREN_NAMED(SYS_connect),
                                  PROBEREN_NAMED(SYS_timer_create),
                                  PROBEREN_NAMED(SYS_setitimer),
                                  PROBEREN_NAMED(SYS_alarm),
                                  PROBEREN_NAMED(SYS_pause),
                                  PROBEREN_NAMED(SYS_rt_sigaction),
                                  PROBEREN_NAMED(SYS_rt_sigtimedwait),
                                  PROBEREN_NAMED(SYS_rt_sigsuspend),
                                  PROBEREN_NAMED(SYS_rt_sigqueueinfo),
                                  PROBEREN_NAMED(SYS_rt_tgsigqueueinfo),
                                  PROBEREN_NAMED(SYS_tkill),
                                  PROBEREN_NAMED(SYS_clone),
                                  PROBEREN_NAMED(SYS_clone3),
                                  PROBEREN_NAMED(SYS_fork),
                                  PROBEREN_NAMED(SYS_vfork),
                                  PROBEREN_NAMED(SYS_execve),
                                  PROBEREN_NAMED(SYS_execveat),
                                  PROBEREN_NAMED(SYS_wait4),
                                  PROBEREN_NAMED(SYS_waitid),
                                  PROBEREN_NAMED(SYS_exit),
                                  PROBEREN_NAMED(SYS_mremap),
                                  PROBEREN_NAMED(SYS_brk),
                                  PROBEREN_NAMED(SYS_shmget),
                                  PROBEREN_NAMED(SYS_semop),
                                  PROBEREN_NAMED(SYS_semtimedop),
                                  PROBEREN_NAMED(SYS_msgsnd),
                                  PROBEREN_NAMED(SYS_msgrcv),
                                  PROBEREN_NAMED(SYS_mq_timedsend),
                                  PROBEREN_NAMED(SYS_mq_timedreceive),
                                  PROBEREN_NAMED(SYS_io_uring_setup),
                                  PROBEREN_NAMED(SYS_io_uring_enter),
                                  PROBEREN_NAMED(SYS_userfaultfd),
                                  PROBEREN_NAMED(SYS_memfd_create),
                                  PROBEREN_NAMED(SYS_open),
                                  PROBEREN_NAMED(SYS_openat),
                                  PROBEREN_NAMED(SYS_openat2),
                                  PROBEREN_NAMED(SYS_creat),
                                  PROBEREN_NAMED(SYS_close),
                                  PROBEREN_NAMED(SYS_close_range),
                                  PROBEREN_NAMED(SYS_dup),
                                  PROBEREN_NAMED(SYS_dup2),
                                  PROBEREN_NAMED(SYS_dup3),
                                  PROBEREN_NAMED(SYS_flock),
                                  PROBEREN_NAMED(SYS_fcntl),
                                  PROBEREN_NAMED(SYS_lseek),
                                  PROBEREN_NAMED(SYS_ftruncate),
                                  PROBEREN_NAMED(SYS_truncate),
                                  PROBEREN_NAMED(SYS_pwrite64),
                                  PROBEREN_NAMED(SYS_pwritev),
                                  PROBEREN_NAMED(SYS_preadv),
                                  PROBEREN_NAMED(SYS_mkdir),
                                  PROBEREN_NAMED(SYS_rmdir),
                                  PROBEREN_NAMED(SYS_unlink),
                                  PROBEREN_NAMED(SYS_unlinkat),
                                  PROBEREN_NAMED(SYS_rename),
                                  PROBEREN_NAMED(SYS_renameat),
                                  PROBEREN_NAMED(SYS_renameat2),
                                  PROBEREN_NAMED(SYS_link),
                                  PROBEREN_NAMED(SYS_linkat),
                                  PROBEREN_NAMED(SYS_symlink),
                                  PROBEREN_NAMED(SYS_symlinkat),
                                  PROBEREN_NAMED(SYS_mkdirat),
                                  PROBEREN_NAMED(SYS_mknod),
                                  PROBEREN_NAMED(SYS_mknodat),
                                  PROBEREN_NAMED(SYS_inotify_init),
                                  PROBEREN_NAMED(SYS_inotify_init1),
                                  PROBEREN_NAMED(SYS_mq_open),
                                  PROBEREN_NAMED(SYS_semget),
                                  PROBEREN_NAMED(SYS_semctl),
                                  PROBEREN_NAMED(SYS_shmat),
                                  PROBEREN_NAMED(SYS_shmctl),
                                  PROBEREN_NAMED(SYS_msgget),
                                  PROBEREN_NAMED(SYS_msgctl)};

template <class Pointer>
Pointer* at(long value) {
  return reinterpret_cast<Pointer*>(value);
}

/// The kernel's sets of signals are one word.
long change_mask(const long* v) {
  sigset_t wanted{}, before{};
  if (v[1] != 0) std::memcpy(&wanted, at<void>(v[1]), 8);
  if (sigprocmask(static_cast<int>(v[0]), v[1] == 0 ? nullptr : &wanted, &before) != 0) return -1;
  if (v[2] != 0) std::memcpy(at<void>(v[2]), &before, 8);
  return 0;
}

/// Zeros: everything runs on the first core.
long first_core(const long* v) {
  if (v[0] != 0) *at<unsigned>(v[0]) = 0;
  if (v[1] != 0) *at<unsigned>(v[1]) = 0;
  return 0;
}

long affinity(const long* v) {
  constexpr long kBytes = 8;  ///< that the kernel writes
  return sched_getaffinity(static_cast<pid_t>(v[0]), std::min(static_cast<std::size_t>(v[1]), std::size_t{kBytes}), at<cpu_set_t>(v[2])) ==
                 0
             ? kBytes
             : -1;
}

/// By the functions that are put in front of the C library's: as code of the program.
long explored_call(long number, const CallArguments& arguments, std::uintptr_t returns_to, std::uintptr_t frame_end) {
  const long* const v = arguments.values;
  switch (number) {
    case SYS_gettid:
      return gettid();
    case SYS_getpid:
      return getpid();
    case SYS_sched_yield:
      return sched_yield();
    case SYS_sched_getaffinity:
      return affinity(v);
    case SYS_getcpu:
      return first_core(v);
    case SYS_nanosleep:
      return nanosleep(at<timespec>(v[0]), at<timespec>(v[1]));
    case SYS_clock_nanosleep:
      return clock_nanosleep(static_cast<clockid_t>(v[0]), static_cast<int>(v[1]), at<timespec>(v[2]), at<timespec>(v[3]));
    case SYS_clock_gettime:
      return clock_gettime(static_cast<clockid_t>(v[0]), at<timespec>(v[1]));
    case SYS_gettimeofday:
      return gettimeofday(at<timeval>(v[0]), nullptr);
    case SYS_time:
      return time(at<time_t>(v[0]));
    case SYS_getrandom:
      return getrandom(at<void>(v[0]), static_cast<std::size_t>(v[1]), static_cast<unsigned>(v[2]));
    case SYS_write:
      return write(static_cast<int>(v[0]), at<void>(v[1]), static_cast<std::size_t>(v[2]));
    case SYS_writev:
      return writev(static_cast<int>(v[0]), at<iovec>(v[1]), static_cast<int>(v[2]));
    case SYS_mmap:
      return reinterpret_cast<long>(mmap(at<void>(v[0]), static_cast<std::size_t>(v[1]), static_cast<int>(v[2]), static_cast<int>(v[3]),
                                         static_cast<int>(v[4]), v[5]));
    case SYS_munmap:
      return munmap(at<void>(v[0]), static_cast<std::size_t>(v[1]));
    case SYS_rt_sigprocmask:
      return change_mask(v);
    case SYS_sigaltstack:
      return sigaltstack(at<stack_t>(v[0]), at<stack_t>(v[1]));
    case SYS_kill:
      return kill(static_cast<pid_t>(v[0]), static_cast<int>(v[1]));
    case SYS_tgkill:
      return tgkill(static_cast<pid_t>(v[0]), static_cast<pid_t>(v[1]), static_cast<int>(v[2]));
    case SYS_chdir:
      return chdir(at<char>(v[0]));
    case SYS_fchdir:
      return fchdir(static_cast<int>(v[0]));
    case SYS_umask:
      return static_cast<long>(umask(static_cast<mode_t>(v[0])));
    case SYS_exit_group:
      _exit(static_cast<int>(v[0]));
    default:
      break;
  }
  const auto* const found =
      std::find_if(kUnsupported.begin(), kUnsupported.end(), [=](const Named& named) { return named.number == number; });
  if (found != kUnsupported.end()) {
    const Inside inside;
    unsupported(found->name, user_site(returns_to, frame_end));
  }
  return PROBEREN_REAL(syscall)(number, v[0], v[1], v[2], v[3], v[4], v[5]);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED long syscall(long number, ...) noexcept {
  CallArguments arguments;
  va_list list;
  va_start(list, number);
  for (long& value : arguments.values) value = va_arg(list, long);
  va_end(list);
  const long* const v = arguments.values;
  // A barrier for all threads at once is none that could be seen, so there is none: programs fall back to fences. They may ask before main.
  if (number == SYS_membarrier) {
    errno = ENOSYS;
    return -1;
  }
  if (!explored()) return PROBEREN_REAL(syscall)(number, v[0], v[1], v[2], v[3], v[4], v[5]);
  const auto returns_to = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const std::uintptr_t frame_end = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16;
  if (number != SYS_futex && number != SYS_futex_waitv) return explored_call(number, arguments, returns_to, frame_end);
  const Inside inside;
  const Site site = user_site(returns_to, frame_end);
  return number == SYS_futex ? futex(arguments, site) : futex_wait_for_any(arguments, site);
}
