#include "models/processes/stepper.hpp"

#include <cerrno>
#include <csignal>

#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace proberen {

bool Stepper::seize(pid_t pid) {
  pid_ = pid;
  return ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0;
}

bool Stepper::wait_for_trap(Deadline deadline) {
  for (;;) {
    int status = 0;
    const pid_t changed = ::waitpid(pid_, &status, __WALL | WNOHANG);
    if (changed == pid_) return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
    if (changed < 0 && errno != EINTR) return false;
    if (SteadyClock::now() >= deadline) return false;
    ::sched_yield();
  }
}

bool Stepper::step(Deadline deadline) {
  // The signal that stopped it is not delivered; the end of the instruction raises another.
  return ::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) == 0 && wait_for_trap(deadline);
}

void Stepper::see_dead() {
  int status = 0;
  while (::waitpid(pid_, &status, __WALL) == pid_ ? WIFSTOPPED(status) : errno == EINTR) {
  }
}

}  // namespace proberen
