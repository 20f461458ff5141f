#include "proberen/native_platform.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <iterator>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proberen/detail/stop.hpp"

namespace proberen::detail {
namespace {

int futex_operation(int operation, Scope scope) noexcept {
  return scope == Scope::kProcessPrivate ? operation | FUTEX_PRIVATE_FLAG : operation;
}

/// Repeats a wait that a signal has interrupted; its end is an absolute instant.
template <class Wait>
long resumed_wait(Wait wait) noexcept {
  long outcome;
  do {
    outcome = wait();
  } while (outcome == -1 && errno == EINTR);
  return outcome;
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

enum class Wake : std::uint8_t { woken, timed_out, not_supported };

/// Sleeps while `*address == expected` and no stop is requested.
Wake wait_for_either(const void* address, std::uint32_t expected, const StopScope& stop, Deadline deadline, Scope scope) noexcept {
  const std::uint32_t flags = FUTEX_32 | (scope == Scope::kProcessPrivate ? FUTEX_PRIVATE_FLAG : 0);
  // Of two that were woken the kernel tells the last: a wake on the word is never taken for a stop, and lost with it.
  futex_waitv words[] = {{0, reinterpret_cast<std::uintptr_t>(&stop.word()), FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
                         {expected, reinterpret_cast<std::uintptr_t>(address), flags, 0}};
  timespec end = to_timespec(deadline);
  const long outcome = resumed_wait([&] { return ::syscall(SYS_futex_waitv, words, std::size(words), 0, &end, CLOCK_MONOTONIC); });
  if (outcome == 1) return Wake::woken;
  if (outcome == 0 || errno == ETIMEDOUT) return Wake::timed_out;
  if (errno == EAGAIN) return stop.requested() ? Wake::timed_out : Wake::woken;
  return Wake::not_supported;
}

bool wait_for_one(const void* address, std::uint32_t expected, Deadline deadline, Scope scope) noexcept {
  const timespec end = to_timespec(deadline);
  const timespec* const until = deadline == kForever ? nullptr : &end;
  // FUTEX_WAIT_BITSET takes an absolute instant, so that a signal handler never extends the wait.
  const long outcome = resumed_wait([&] {
    return ::syscall(SYS_futex, address, futex_operation(FUTEX_WAIT_BITSET, scope), expected, until, nullptr, FUTEX_BITSET_MATCH_ANY);
  });
  return outcome != -1 || errno != ETIMEDOUT;
}

/// As futex_wait(), where a stop ends the wait as well.
bool wait_unless_stopped(const void* address, std::uint32_t expected, const StopScope& stop, Deadline deadline, Scope scope) noexcept {
  // Linux before 5.16 cannot wait for two words.
  constexpr std::chrono::milliseconds kLookAgain{10};
  if (stop.requested()) return false;
  switch (wait_for_either(address, expected, stop, deadline, scope)) {
    case Wake::woken:
      return true;
    case Wake::timed_out:
      return false;
    case Wake::not_supported:
      break;
  }
  while (!stop.requested()) {
    const Deadline next = std::min(deadline, deadline_after(SteadyClock::now(), kLookAgain));
    if (wait_for_one(address, expected, next, scope)) return true;
    if (next == deadline) return false;
  }
  return false;
}

}  // namespace

bool futex_wait(const void* address, std::uint32_t expected, Deadline deadline, Scope scope) noexcept {
  const int saved_errno = errno;
  const StopScope* const stop = deadline == kForever ? nullptr : StopScope::current();
  const bool in_time =
      stop == nullptr ? wait_for_one(address, expected, deadline, scope) : wait_unless_stopped(address, expected, *stop, deadline, scope);
  errno = saved_errno;
  return in_time;
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
