/// What a child that is not a copy of its creator has to know: the entry and its arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "primitives/process/identity.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/entry_table.hpp"

namespace proberen::ipc::detail {

struct Payload {
  std::string bytes;
  /// Passed beside the bytes; the arguments own them.
  std::vector<int> descriptors;
};

/// `options` are those of to_bytes(); "" for none.
[[nodiscard]] Payload encode(const Entry& entry, const void* arguments, const Birth& birth, std::string_view options = {});

/// Who the child is that runs the entry, and its options, of the bytes that encode() made. Throws std::runtime_error when they are
/// incomplete.
[[nodiscard]] Birth birth_of(std::string_view bytes);
[[nodiscard]] std::string_view options_of(std::string_view bytes);

/// A file in memory that holds `bytes`, close-on-exec. Throws std::system_error.
[[nodiscard]] Descriptor write_memory_file(std::string_view bytes);
/// All of it. Throws std::system_error.
[[nodiscard]] std::string read_memory_file(const Descriptor& file);

/// Begins the child's life, and runs the entry that `bytes` names. `parent` is as for begin_life(). The exit code; an exception is told on
/// standard error, is the child's last words, and is 1. A process that the entry has forked by itself comes out of this as well, with an
/// exit code of its own.
int run_payload(std::string_view bytes, std::vector<Descriptor>& descriptors, Descriptor parent = {}) noexcept;

/// The same with the entry and its arguments in memory.
int run_entry(const Entry& entry, void* arguments, Life& life) noexcept;

/// Ends a child, after the threads that it gave to join_before_end(). Buffered output goes out; destructors and handlers of the process
/// that it may be a copy of do not run.
[[noreturn]] void end_child(int exit_code) noexcept;

}  // namespace proberen::ipc::detail
