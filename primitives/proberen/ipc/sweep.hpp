/// What crashes, and earlier boots, have left under names in /dev/shm.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc {

struct NamedFile {
  enum class State {
    /// Its owner lives, or another owner has it.
    owned,
    /// Made in this boot to stay until remove(), or a reboot (Lifetime::persistent), whether or not its creator lives: not ours to remove.
    persistent,
    /// Its owner is dead, or it is of an earlier boot: nobody will remove it.
    left,
    /// It has no header that we know, or cannot be opened, or its owner belongs to another container: not ours to remove.
    foreign,
  };
  Resource resource;
  State state = State::foreign;
  /// For people: whose it is, or why it is foreign.
  std::string note;
};

/// The files in /dev/shm whose names have our prefix, by name. A look, no more: what is owned now may be left a moment later. Throws
/// std::system_error when /dev/shm cannot be read, or it cannot be told whether an owner lives: for want of descriptors, say.
[[nodiscard]] std::vector<NamedFile> list_named_files();

/// Removes a file that was left, after another look at it: operation_not_permitted when it is not left (any more), or what the kernel says.
/// A file that others have removed meanwhile is no error.
[[nodiscard]] std::error_code remove_left(const NamedFile& file);

}  // namespace proberen::ipc
