/// What a child that is not a copy of its creator has to know: the entry and its arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/entry_table.hpp"

namespace proberen::ipc::detail {

struct Payload {
  std::string bytes;
  /// Passed beside the bytes; the arguments own them.
  std::vector<int> descriptors;
};

[[nodiscard]] Payload encode(const Entry& entry, const void* arguments);

/// A file in memory that holds `bytes`, close-on-exec. Throws std::system_error.
[[nodiscard]] Descriptor write_memory_file(std::string_view bytes);
/// All of it. Throws std::system_error.
[[nodiscard]] std::string read_memory_file(const Descriptor& file);

/// Runs the entry that `bytes` names, in the child. The exit code; an exception is told on standard error and is 1.
int run_payload(std::string_view bytes, std::vector<Descriptor>& descriptors) noexcept;

/// Runs an entry with its arguments in memory; as run_payload().
int run_entry(const Entry& entry, void* arguments) noexcept;

/// Ends a child. Buffered output goes out; destructors and handlers of the process that it may be a copy of do not run.
[[noreturn]] void end_child(int exit_code) noexcept;

}  // namespace proberen::ipc::detail
