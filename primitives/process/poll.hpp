/// poll(2) with an absolute deadline.
#pragma once

#include <cerrno>
#include <span>

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "primitives/process/system_call.hpp"
#include "proberen/deadline.hpp"

namespace proberen::ipc::detail {

/// Waits until one of them is ready or the deadline has passed: how many are ready. A StopScope ends it like the deadline, unless that is
/// kForever. Throws std::system_error.
int poll_until(std::span<pollfd> list, Deadline deadline);

/// What `transfer(flags)` of a socket returns, which waits until `deadline` for what `events` tells of: then -1, EAGAIN.
template <class Transfer>
ssize_t transfer_by(Deadline deadline, int socket, short events, Transfer transfer) {
  if (deadline == kForever) return resumed([&] { return transfer(0); });
  for (;;) {
    const ssize_t size = resumed([&] { return transfer(MSG_DONTWAIT); });
    if (size >= 0 || errno != EAGAIN || deadline == Deadline::min()) return size;
    pollfd ready{socket, events, 0};
    if (poll_until({&ready, 1}, deadline) == 0) deadline = Deadline::min();  // one more look
  }
}

/// Whether one of `events` comes, or the other end of `descriptor` is closed, by `deadline`.
bool ready_by(int descriptor, short events, Deadline deadline);
inline bool readable_by(int descriptor, Deadline deadline) { return ready_by(descriptor, POLLIN, deadline); }

}  // namespace proberen::ipc::detail
