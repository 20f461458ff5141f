/// A process, named so that no later process is taken for it: its number comes again, its start does not.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// Plain bytes: part of the header of a named file.
struct ProcessIdentity {
  /// /proc/sys/kernel/random/boot_id, ended by zeros: numbers and starts mean nothing after a reboot.
  char boot[40];
  /// The inode of /proc/self/ns/pid: another container counts its processes for itself.
  std::uint64_t pid_namespace;
  /// In clock ticks since boot: proc_pid_stat(5), field 22.
  std::uint64_t start_ticks;
  std::int32_t pid;
  std::int32_t unused;
};
static_assert(sizeof(ProcessIdentity) == 64);

/// Throws std::system_error: no_such_file_or_directory where there is no /proc, too_many_files_open, among others.
[[nodiscard]] ProcessIdentity this_process();

/// Whether it began since the last reboot. Throws std::system_error, as do those below that look at another process, when it cannot tell.
[[nodiscard]] bool is_of_this_boot(const ProcessIdentity& process);

enum class Liveness {
  kLives,
  kDead,
  /// It belongs to another namespace, where this process cannot look.
  kUnknown,
};
[[nodiscard]] Liveness liveness_of(const ProcessIdentity& process);

/// A pidfd of a process that lives; empty when it does not, or cannot be seen from here.
[[nodiscard]] Descriptor hold_process(const ProcessIdentity& process);

/// Whether the process behind `pidfd` has ended, all of its threads.
[[nodiscard]] bool has_ended(int pidfd) noexcept;

}  // namespace proberen::ipc::detail
