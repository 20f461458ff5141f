// Files, directories and descriptors, what System V's calls share with other processes, and contexts: not modelled. What is printed to
// standard output and error is captured (output.cpp); to look at a file without opening it (stat, access) is let through.

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdarg>

#include "models/runtime/libc/output.hpp"
#include "models/runtime/libc/unsupported.hpp"

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

// ---- descriptors

/// The third or fourth argument is there where a file may be made.
#define PROBEREN_OPEN(name, parameters, ...)                                     \
  PROBEREN_INTERPOSED int name parameters {                                      \
    va_list list;                                                                \
    va_start(list, flags);                                                       \
    const auto mode = va_arg(list, mode_t);                                      \
    va_end(list);                                                                \
    return pass(PROBEREN_REAL(name), #name, PROBEREN_CALLER, __VA_ARGS__, mode); \
  }
/// An argument of the size of a pointer, or none.
#define PROBEREN_CONTROL(name, last, parameters, ...)                                \
  PROBEREN_INTERPOSED int name parameters {                                          \
    va_list list;                                                                    \
    va_start(list, last);                                                            \
    void* const argument = va_arg(list, void*);                                      \
    va_end(list);                                                                    \
    return pass(PROBEREN_REAL(name), #name, PROBEREN_CALLER, __VA_ARGS__, argument); \
  }

PROBEREN_OPEN(open, (const char* path, int flags, ...), path, flags)
PROBEREN_OPEN(open64, (const char* path, int flags, ...), path, flags)
PROBEREN_OPEN(openat, (int folder, const char* path, int flags, ...), folder, path, flags)
PROBEREN_OPEN(openat64, (int folder, const char* path, int flags, ...), folder, path, flags)
PROBEREN_CONTROL(fcntl, command, (int fd, int command, ...), fd, command)
PROBEREN_CONTROL(fcntl64, command, (int fd, int command, ...), fd, command)
PROBEREN_UNSUPPORTED(int, creat, (const char* path, mode_t mode), path, mode)
PROBEREN_UNSUPPORTED(int, creat64, (const char* path, mode_t mode), path, mode)
PROBEREN_UNSUPPORTED(int, close, (int fd), fd)
PROBEREN_UNSUPPORTED(int, close_range, (unsigned first, unsigned last, int flags) noexcept, first, last, flags)
PROBEREN_UNSUPPORTED(int, dup, (int fd) noexcept, fd)
PROBEREN_UNSUPPORTED(int, dup2, (int fd, int copy) noexcept, fd, copy)
PROBEREN_UNSUPPORTED(int, dup3, (int fd, int copy, int flags) noexcept, fd, copy, flags)
PROBEREN_UNSUPPORTED(int, flock, (int fd, int operation) noexcept, fd, operation)
PROBEREN_UNSUPPORTED(int, lockf, (int fd, int command, off_t size), fd, command, size)
PROBEREN_UNSUPPORTED(off_t, lseek, (int fd, off_t offset, int whence) noexcept, fd, offset, whence)
PROBEREN_UNSUPPORTED(off64_t, lseek64, (int fd, off64_t offset, int whence) noexcept, fd, offset, whence)
PROBEREN_UNSUPPORTED(int, ftruncate, (int fd, off_t size) noexcept, fd, size)
PROBEREN_UNSUPPORTED(int, ftruncate64, (int fd, off64_t size) noexcept, fd, size)
PROBEREN_UNSUPPORTED(ssize_t, pwrite, (int fd, const void* bytes, std::size_t size, off_t at), fd, bytes, size, at)
PROBEREN_UNSUPPORTED(ssize_t, pwrite64, (int fd, const void* bytes, std::size_t size, off64_t at), fd, bytes, size, at)
PROBEREN_UNSUPPORTED(ssize_t, pread64, (int fd, void* bytes, std::size_t size, off64_t at), fd, bytes, size, at)
PROBEREN_UNSUPPORTED(int, memfd_create, (const char* name, unsigned flags) noexcept, name, flags)
PROBEREN_UNSUPPORTED(int, inotify_init1, (int flags) noexcept, flags)
PROBEREN_UNSUPPORTED(int, mkstemp, (char* name), name)

PROBEREN_INTERPOSED mqd_t mq_open(const char* name, int flags, ...) noexcept {
  va_list list;
  va_start(list, flags);
  const auto mode = va_arg(list, mode_t);
  auto* const attributes = va_arg(list, mq_attr*);
  va_end(list);
  return pass(PROBEREN_REAL(mq_open), "mq_open", PROBEREN_CALLER, name, flags, mode, attributes);
}

// ---- streams. Standard input refuses to be read by itself (output.cpp)

PROBEREN_UNSUPPORTED(FILE*, fopen, (const char* path, const char* mode), path, mode)
PROBEREN_UNSUPPORTED(FILE*, fopen64, (const char* path, const char* mode), path, mode)
PROBEREN_UNSUPPORTED(FILE*, freopen, (const char* path, const char* mode, FILE* file), path, mode, file)
PROBEREN_UNSUPPORTED(FILE*, freopen64, (const char* path, const char* mode, FILE* file), path, mode, file)
PROBEREN_UNSUPPORTED(FILE*, fdopen, (int fd, const char* mode) noexcept, fd, mode)
PROBEREN_UNSUPPORTED(FILE*, tmpfile, ())
PROBEREN_UNSUPPORTED(FILE*, tmpfile64, ())
PROBEREN_UNSUPPORTED(FILE*, popen, (const char* command, const char* mode), command, mode)
PROBEREN_UNSUPPORTED(int, pclose, (FILE * file), file)

/// A stream in memory is the program's own.
PROBEREN_INTERPOSED int fclose(FILE* file) {
  if (explored() && file != stdin && fileno(file) < 0) return PROBEREN_REAL(fclose)(file);
  return pass(PROBEREN_REAL(fclose), "fclose", PROBEREN_CALLER, file);
}

// What _FORTIFY_SOURCE makes of these.
extern "C" {
ssize_t __read_chk(int fd, void* bytes, std::size_t size, std::size_t room);
ssize_t __pread_chk(int fd, void* bytes, std::size_t size, off_t at, std::size_t room);
ssize_t __recv_chk(int fd, void* bytes, std::size_t size, std::size_t room, int flags);
int __poll_chk(pollfd* fds, nfds_t count, int timeout, std::size_t room);
int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int folder, const char* path, int flags);
}
PROBEREN_UNSUPPORTED(ssize_t, __read_chk, (int fd, void* bytes, std::size_t size, std::size_t room), fd, bytes, size, room)
PROBEREN_UNSUPPORTED(ssize_t, __pread_chk, (int fd, void* bytes, std::size_t size, off_t at, std::size_t room), fd, bytes, size, at, room)
PROBEREN_UNSUPPORTED(ssize_t, __recv_chk, (int fd, void* bytes, std::size_t size, std::size_t room, int flags), fd, bytes, size, room,
                     flags)
PROBEREN_UNSUPPORTED(int, __poll_chk, (pollfd * fds, nfds_t count, int timeout, std::size_t room), fds, count, timeout, room)
PROBEREN_UNSUPPORTED(int, __open_2, (const char* path, int flags), path, flags)
PROBEREN_UNSUPPORTED(int, __open64_2, (const char* path, int flags), path, flags)
PROBEREN_UNSUPPORTED(int, __openat_2, (int folder, const char* path, int flags), folder, path, flags)

// ---- directories and names

PROBEREN_UNSUPPORTED(DIR*, opendir, (const char* path), path)
PROBEREN_UNSUPPORTED(DIR*, fdopendir, (int fd), fd)
PROBEREN_UNSUPPORTED(int, mkdir, (const char* path, mode_t mode) noexcept, path, mode)
PROBEREN_UNSUPPORTED(int, rmdir, (const char* path) noexcept, path)
PROBEREN_UNSUPPORTED(int, unlink, (const char* path) noexcept, path)
PROBEREN_UNSUPPORTED(int, unlinkat, (int folder, const char* path, int flags) noexcept, folder, path, flags)
PROBEREN_UNSUPPORTED(int, remove, (const char* path) noexcept, path)
PROBEREN_UNSUPPORTED(int, rename, (const char* path, const char* name) noexcept, path, name)
PROBEREN_UNSUPPORTED(int, link, (const char* path, const char* name) noexcept, path, name)
PROBEREN_UNSUPPORTED(int, symlink, (const char* path, const char* name) noexcept, path, name)
PROBEREN_UNSUPPORTED(int, truncate, (const char* path, off_t size) noexcept, path, size)
PROBEREN_UNSUPPORTED(int, mkfifo, (const char* path, mode_t mode) noexcept, path, mode)
PROBEREN_UNSUPPORTED(char*, mkdtemp, (char* name) noexcept, name)

// ---- shared with other processes

PROBEREN_UNSUPPORTED(int, semget, (key_t key, int count, int flags) noexcept, key, count, flags)
PROBEREN_UNSUPPORTED(int, semop, (int id, sembuf* operations, std::size_t count) noexcept, id, operations, count)
PROBEREN_UNSUPPORTED(int, semtimedop, (int id, sembuf* operations, std::size_t count, const timespec* timeout) noexcept, id, operations,
                     count, timeout)
PROBEREN_UNSUPPORTED(int, shmget, (key_t key, std::size_t size, int flags) noexcept, key, size, flags)
PROBEREN_UNSUPPORTED(void*, shmat, (int id, const void* address, int flags) noexcept, id, address, flags)
PROBEREN_UNSUPPORTED(int, msgget, (key_t key, int flags) noexcept, key, flags)
PROBEREN_UNSUPPORTED(int, msgsnd, (int id, const void* message, std::size_t size, int flags), id, message, size, flags)
PROBEREN_UNSUPPORTED(ssize_t, msgrcv, (int id, void* message, std::size_t size, long type, int flags), id, message, size, type, flags)

/// Not explored it is fork(): nobody can be in front of a function that returns twice from one frame.
PROBEREN_INTERPOSED pid_t vfork() noexcept { return pass(PROBEREN_REAL(fork), "vfork", PROBEREN_CALLER); }

// ---- contexts: stacks of the program's own. To make one does nothing yet.

PROBEREN_UNSUPPORTED(int, setcontext, (const ucontext_t* to) noexcept, to)
PROBEREN_UNSUPPORTED(int, swapcontext, (ucontext_t * from, const ucontext_t* to) noexcept, from, to)

// ---- printing that does not pass through a stream

namespace proberen::runtime {
namespace {

int print(int fd, const char* format, va_list list, Site site) {
  if (fd != 1 && fd != 2) unsupported("dprintf to a descriptor other than standard output and error", site);
  char* text = nullptr;
  const int size = vasprintf(&text, format, list);
  if (size >= 0) output_write(fd, text, static_cast<std::size_t>(size));
  std::free(text);
  return size;
}

}  // namespace
}  // namespace proberen::runtime

PROBEREN_INTERPOSED int vdprintf(int fd, const char* format, va_list list) {
  if (!explored()) return PROBEREN_REAL(vdprintf)(fd, format, list);
  PROBEREN_ENTER();
  return print(fd, format, list, site);
}

PROBEREN_INTERPOSED int dprintf(int fd, const char* format, ...) {
  va_list list;
  va_start(list, format);
  int result = 0;
  if (explored()) {
    PROBEREN_ENTER();
    result = print(fd, format, list, site);
  } else {
    result = PROBEREN_REAL(vdprintf)(fd, format, list);
  }
  va_end(list);
  return result;
}
