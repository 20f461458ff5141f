/// The files behind names: tmpfs files /dev/shm/proberen.<name> that begin with a header. A file gets its name when it is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>

#include "primitives/named/process_identity.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc::detail {

inline constexpr std::string_view kNamedFolder = "/dev/shm";
inline constexpr std::string_view kNamedPrefix = "proberen.";
inline constexpr std::uint32_t kNamedVersion = 1;

/// The longest name: NAME_MAX less the prefix, in bytes.
inline constexpr std::size_t kLongestFileName = 255 - kNamedPrefix.size();

/// Never changed once the file has its name.
struct NamedHeader {
  char magic[8];
  std::uint32_t version;
  /// What follows the header: a number for each type.
  std::uint32_t kind;
  /// Of the file, in bytes.
  std::uint64_t size;
  /// Of the tracker that removes the name when its owners are dead, ended by zeros; empty: the name stays.
  char token[40];
  /// The creator.
  ProcessIdentity owner;
};
static_assert(sizeof(NamedHeader) == 128);

/// A header for a file that this process is about to create. Throws std::system_error.
[[nodiscard]] NamedHeader make_header(std::uint32_t kind, std::size_t size, std::string_view token);

/// Empty when the file has none: then it is not ours.
[[nodiscard]] std::optional<NamedHeader> read_header(const Descriptor& file);

/// Whether the name stays when its creator has gone (Lifetime::persistent).
[[nodiscard]] inline bool is_persistent(const NamedHeader& header) { return header.token[0] == '\0'; }

/// The path of a name, which may have a leading slash. Throws std::system_error: invalid_argument, filename_too_long.
[[nodiscard]] std::string path_of(std::string_view name);

/// The file as the tracker knows it. Throws std::system_error.
[[nodiscard]] Resource resource_of(const Descriptor& file, std::string path);

/// Opens the file at `path` for reading and writing; never follows a link. Empty when there is none, or it cannot be opened: see errno.
[[nodiscard]] Descriptor open_file(const std::string& path);

/// Tells the tracker before there is anything that could be left behind.
struct TrackedFirst {
  static void before(const Resource& resource) { tracker::intend(resource); }
  static void after(const Resource& resource) { tracker::confirm(resource); }
  static void failed(const Resource& resource) noexcept { tracker::forget(resource); }
};
struct Untracked {
  static void before(const Resource&) {}
  static void after(const Resource&) {}
  static void failed(const Resource&) noexcept {}
};

/// Gives a file that has no name yet (O_TMPFILE) its name, in one step: false when there is such a name already. `Tracking` says when the
/// tracker is told; a crash at any moment leaves nothing under the name with TrackedFirst. Throws std::system_error.
template <class Tracking>
[[nodiscard]] bool publish(const Descriptor& file, const Resource& resource) {
  Tracking::before(resource);
  const std::string nameless = "/proc/self/fd/" + std::to_string(file.get());
  if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, resource.path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    const int error = errno;
    Tracking::failed(resource);
    if (error == EEXIST) return false;
    throw_error(error, "cannot give '" + resource.path + "' its name");
  }
  Tracking::after(resource);
  return true;
}

}  // namespace proberen::ipc::detail
