/// The side of a started process.
#pragma once

namespace proberen::ipc::detail {

/// Whether main() has called ipc::initialize().
[[nodiscard]] bool is_initialized() noexcept;

/// The fork server: serves requests from `channel` until its other end is closed, then ends the process.
[[noreturn]] void run_fork_server(int channel);

}  // namespace proberen::ipc::detail
