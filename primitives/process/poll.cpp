#include "primitives/process/poll.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <sys/eventfd.h>

#include "proberen/detail/stop.hpp"
#include "proberen/ipc/descriptor.hpp"

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

/// A negative count: errno.
int poll_once(std::span<pollfd> list, Deadline deadline) {
  return resumed([&] {
    const timespec timeout = deadline == kForever ? timespec{} : time_left(deadline);
    return ::ppoll(list.data(), list.size(), deadline == kForever ? nullptr : &timeout, nullptr);
  });
}

int stop_descriptor(proberen::detail::StopScope& stop) {
  if (stop.descriptor() < 0) {
    Descriptor event(above_standard(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
    if (!event) throw_errno("cannot wait for a stop");
    stop.watch(event.release());
  }
  return stop.descriptor();
}

/// As poll_until(), where a stop ends the wait as well.
int poll_unless_stopped(std::span<pollfd> list, Deadline deadline, proberen::detail::StopScope& stop) {
  int count = poll_once(list, Deadline::min());
  if (count != 0 || stop.requested()) return count;
  std::vector<pollfd> all(list.begin(), list.end());
  all.push_back({stop_descriptor(stop), POLLIN, 0});
  count = poll_once(all, deadline);
  std::copy_n(all.begin(), list.size(), list.begin());
  return count > 0 && all.back().revents != 0 ? count - 1 : count;
}

}  // namespace

int poll_until(std::span<pollfd> list, Deadline deadline) {
  const bool waits = deadline != kForever && deadline != Deadline::min();
  proberen::detail::StopScope* const stop = waits ? proberen::detail::StopScope::current() : nullptr;
  const int count = stop == nullptr ? poll_once(list, deadline) : poll_unless_stopped(list, deadline, *stop);
  if (count < 0) throw_errno("cannot wait for descriptors");
  return count;
}

bool ready_by(int descriptor, short events, Deadline deadline) {
  pollfd ready{descriptor, events, 0};
  return poll_until({&ready, 1}, deadline) > 0;
}

}  // namespace proberen::ipc::detail
