/// The worker's side of a pool.
#pragma once

#include <cstdint>
#include <string>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

inline constexpr const char* kWorkerEntry = "proberen_pool_worker";

/// The entry of a worker process: runs `initializer` (0 for none), then tasks until it is told to stop, or `pool`, a pidfd, has ended.
void run_worker(Descriptor socket, Descriptor memory, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments);

/// Whether the entries of this file are in the program; pulls them out of the static library.
bool worker_entry_is_there() noexcept;

}  // namespace proberen::ipc::detail
