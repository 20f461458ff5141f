#include "proberen/native_platform.hpp"

#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace proberen::detail {
namespace {

int futex_operation(int operation, Scope scope) noexcept {
  return scope == Scope::kProcessPrivate ? operation | FUTEX_PRIVATE_FLAG : operation;
}

timespec to_timespec(Deadline deadline) noexcept {
  using namespace std::chrono;
  const auto since_boot = deadline.time_since_epoch();
  // A deadline before boot has passed; the kernel refuses negative seconds.
  if (since_boot < Deadline::duration::zero()) return {0, 0};
  const auto whole = floor<seconds>(since_boot);
  return {static_cast<std::time_t>(whole.count()), static_cast<long>(duration_cast<nanoseconds>(since_boot - whole).count())};
}

bool register_membarrier() noexcept {
  const long commands = ::syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  constexpr long kNeeded = MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GLOBAL_EXPEDITED |
                           MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED;
  if (commands < 0 || (commands & kNeeded) != kNeeded) return false;
  return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
         ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0) == 0;
}

int cores_allowed() noexcept {
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

}  // namespace

bool futex_wait(const void* address, std::uint32_t expected, Deadline deadline, Scope scope) noexcept {
  const timespec end = to_timespec(deadline);
  const timespec* const until = deadline == kForever ? nullptr : &end;
  const int saved_errno = errno;
  long outcome;
  do {
    // FUTEX_WAIT_BITSET takes an absolute instant, so that a signal handler never extends the wait.
    outcome = ::syscall(SYS_futex, address, futex_operation(FUTEX_WAIT_BITSET, scope), expected, until, nullptr, FUTEX_BITSET_MATCH_ANY);
  } while (outcome == -1 && errno == EINTR);
  const bool timed_out = outcome == -1 && errno == ETIMEDOUT;
  errno = saved_errno;
  return !timed_out;
}

void futex_wake(const void* address, std::uint32_t count, Scope scope) noexcept {
  const int saved_errno = errno;
  ::syscall(SYS_futex, address, futex_operation(FUTEX_WAKE, scope), count, nullptr, nullptr, 0);
  errno = saved_errno;
}

void heavy_fence(Scope scope) noexcept {
  // Registration is per address space and survives fork, so a child's fences are as heavy as its parent's.
  if (asymmetric_fences) {
    const int command = scope == Scope::kProcessPrivate ? MEMBARRIER_CMD_PRIVATE_EXPEDITED : MEMBARRIER_CMD_GLOBAL_EXPEDITED;
    if (::syscall(SYS_membarrier, command, 0, 0) == 0) return;
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

const bool asymmetric_fences = register_membarrier();
const int native_spin_limit = cores_allowed() > 1 ? 400 : 0;

}  // namespace proberen::detail
