#include "primitives/process/poll.hpp"

#include <chrono>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// What is left until `deadline`; rounded up by the kernel, so never early.
timespec time_left(Deadline deadline) {
  const Deadline now = SteadyClock::now();
  if (deadline <= now) return {0, 0};
  const auto left = deadline - now;
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  return {static_cast<std::time_t>(whole.count()), static_cast<long>(std::chrono::nanoseconds(left - whole).count())};
}

}  // namespace

int poll_until(std::span<pollfd> list, Deadline deadline) {
  for (;;) {
    const timespec timeout = deadline == kForever ? timespec{} : time_left(deadline);
    const int count = ::ppoll(list.data(), list.size(), deadline == kForever ? nullptr : &timeout, nullptr);
    if (count >= 0) return count;
    if (errno != EINTR) throw_errno("cannot wait for descriptors");
  }
}

bool readable_by(int descriptor, Deadline deadline) {
  pollfd ready{descriptor, POLLIN, 0};
  return poll_until({&ready, 1}, deadline) > 0;
}

}  // namespace proberen::ipc::detail
