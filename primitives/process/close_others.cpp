#include "primitives/process/close_others.hpp"

#include <algorithm>
#include <climits>

#include <sys/resource.h>
#include <unistd.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Closes `first` to `last`, both included.
void close_gap(unsigned first, unsigned last) noexcept {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  // Before Linux 5.9, or where a filter of system calls does not know the call.
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const unsigned end = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_cur, INT_MAX));
  // By number: in a child that still shares the memory, ThreadSanitizer's close() would forget what it knows of the creator's descriptors.
  for (unsigned number = first; number < end && number <= last; ++number) ::syscall(SYS_close, number);
}

}  // namespace

void close_others(std::span<const int> kept) noexcept {
  unsigned first = STDERR_FILENO + 1;
  for (const int number : kept) {
    if (number < static_cast<int>(first)) continue;
    close_gap(first, static_cast<unsigned>(number) - 1);
    first = static_cast<unsigned>(number) + 1;
  }
  close_gap(first, UINT_MAX);
}

}  // namespace proberen::ipc::detail
