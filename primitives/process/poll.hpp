/// poll(2) with an absolute deadline.
#pragma once

#include <span>

#include <poll.h>

#include "proberen/deadline.hpp"

namespace proberen::ipc::detail {

/// Waits until one of them is ready or the deadline has passed: how many are ready. Throws std::system_error.
int poll_until(std::span<pollfd> list, Deadline deadline);

/// Whether `descriptor` can be read, or its other end is closed, by `deadline`.
bool readable_by(int descriptor, Deadline deadline);

}  // namespace proberen::ipc::detail
