/// The allow-list of a child's descriptors.
#pragma once

#include <span>

namespace proberen::ipc::detail {

/// Closes every descriptor of this process but standard input, output and error and those of `kept`, which ascend, whatever their
/// close-on-exec says. For a child that has just been made, by fork or to execute something: one system call for each gap between the kept
/// ones, and no memory. Async-signal-safe.
void close_others(std::span<const int> kept) noexcept;

}  // namespace proberen::ipc::detail
