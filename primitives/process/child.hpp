/// The side of a started process.
#pragma once

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// Whether main() has called ipc::initialize().
[[nodiscard]] bool is_initialized() noexcept;

/// The fork server: serves requests from `channel` until its other end is closed or the process of the pidfd `creator` has ended; then
/// ends.
[[noreturn]] void run_fork_server(Descriptor channel, Descriptor creator);

}  // namespace proberen::ipc::detail
