/// Stepper: runs another process instruction by instruction (ptrace(2)), to end it at any one of them.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "proberen/deadline.hpp"

namespace proberen {

/// Traces one process, a descendant of this one, from one thread. The tracee asks to be stopped by raising SIGTRAP.
class Stepper {
 public:
  /// Takes hold of the process, which goes on. False when the system does not allow it (then the process must not raise SIGTRAP).
  [[nodiscard]] bool seize(pid_t pid);
  /// Waits until the process has raised SIGTRAP, but no longer than until `deadline`.
  [[nodiscard]] bool wait_for_trap(Deadline deadline);
  /// Lets the stopped process execute one instruction. False when that has not come to an end by `deadline`: it blocks in a system call.
  [[nodiscard]] bool step(Deadline deadline);
  /// Takes note of the death of the process, which has been killed: until then its parent does not learn of it.
  void see_dead();

 private:
  pid_t pid_ = 0;
};

}  // namespace proberen
