/// RobustMutex: mutual exclusion between processes that survives its owner's death.
#pragma once

#include <cstdint>

#include <pthread.h>

#include "proberen/deadline.hpp"

namespace proberen::ipc::detail {

enum class LockOutcome : std::uint8_t {
  acquired,
  owner_died,  ///< acquired, from one who died while holding it: what it protects is as that one left it
  timeout,
};

/// The deadline of who does not wait.
inline constexpr Deadline kAtOnce = Deadline::min();

/// POSIX's robust mutex, process-shared (pthread_mutexattr_setrobust): each thread keeps a list of those that it holds, and the kernel,
/// which walks the list when the thread dies, at whatever instruction, marks them and wakes a waiter (Linux,
/// Documentation/locking/robust-futexes.rst). About 25 ns for lock and unlock, and no system call, while nobody else wants it. Nothing to
/// destroy. Must not be unmapped while it is held; all processes are of one PID namespace.
class RobustMutex {
 public:
  RobustMutex() noexcept;
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  /// Waits for the mutex, until `deadline` at most; with kAtOnce not at all, and without a system call. After owner_died it is an ordinary
  /// mutex again: its new owner repairs what it protects, or needs not.
  [[nodiscard]] LockOutcome acquire(Deadline deadline) noexcept;
  void release() noexcept;

 private:
  pthread_mutex_t mutex_;
};

}  // namespace proberen::ipc::detail
