// The machine that explored programs run on: it has one core, and one process, however many share the search. Who spins before it sleeps
// need not, where no other thread runs meanwhile.
//
// The question may come before main. A process that explores parts of itself wants this answer then, too: see proberen_explores_itself.

#include <sched.h>
#include <unistd.h>

#include "models/runtime/call.hpp"
#include "models/runtime/jobs.hpp"
#include "models/runtime/program.hpp"

extern "C" __attribute__((weak)) const char proberen_explores_itself;

namespace proberen::runtime {

pid_t process_of_program() { return Jobs::is_worker() ? PROBEREN_REAL(getppid)() : PROBEREN_REAL(getpid)(); }

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int sched_getaffinity(pid_t process, std::size_t size, cpu_set_t* cores) noexcept {
  if (!explored() && !static_constructors_run() && &proberen_explores_itself == nullptr) {
    return PROBEREN_REAL(sched_getaffinity)(process, size, cores);
  }
  CPU_ZERO_S(size, cores);
  CPU_SET_S(0, size, cores);
  return 0;
}

PROBEREN_INTERPOSED int sched_getcpu() noexcept { return explored() ? 0 : PROBEREN_REAL(sched_getcpu)(); }

PROBEREN_INTERPOSED pid_t getpid() noexcept { return explored() ? process_of_program() : PROBEREN_REAL(getpid)(); }
