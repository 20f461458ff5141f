/// NamedMemory: a named file that holds one object, mapped. For named_semaphore.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc {

/// How long a name stays.
enum class Lifetime {
  /// Until remove(), or a reboot.
  persistent,
  /// Until remove(), or until its owners have gone, by destruction or by death: the resource tracker sees to it. Owners are its creator and
  /// whoever opens it by open_or_create with this lifetime; they must be of the same family of processes (tracker.hpp).
  owned,
};

struct NamedOptions {
  Lifetime lifetime = Lifetime::persistent;
  /// Who may open it: permission bits, less the umask. Whoever opens it needs to read and to write.
  mode_t mode = 0600;
};

namespace detail {

/// What is in the file: the object's type, as a number, and how to make one.
struct NamedObject {
  std::uint32_t kind;
  std::size_t size;
  void (*construct)(void* place, std::int64_t value);
};

/// Maps the file, and is one of its owners where it has owners. Move-only. All of it throws std::system_error.
class NamedMemory {
 public:
  /// file_exists when there is such a name.
  static NamedMemory create(std::string_view name, const NamedObject& object, std::int64_t value, NamedOptions options);
  /// no_such_file_or_directory when there is no such name; invalid_argument when it is something else. Never an owner.
  static NamedMemory open(std::string_view name, const NamedObject& object);
  static NamedMemory open_or_create(std::string_view name, const NamedObject& object, std::int64_t value, NamedOptions options);
  static void remove(std::string_view name);

  NamedMemory(NamedMemory&& other) noexcept;
  NamedMemory& operator=(NamedMemory&& other) noexcept;
  ~NamedMemory();

  /// The object.
  [[nodiscard]] void* object() const noexcept;

 private:
  NamedMemory() = default;
  static NamedMemory map(const Descriptor& file, std::size_t size);
  static bool try_create(NamedMemory& memory, const std::string& path, const NamedObject& object, std::int64_t value, NamedOptions options);
  static bool try_open(NamedMemory& memory, const std::string& path, const NamedObject& object, bool become_owner);
  void own(Descriptor&& file, const Resource& resource);
  void swap(NamedMemory& other) noexcept;

  void* data_ = nullptr;
  std::size_t size_ = 0;
  /// Only of an owner: locked, shared, so that whoever looks for leftovers sees that somebody lives.
  Descriptor lock_;
  Resource resource_;
  /// The process that is the owner: not one forked from it.
  pid_t owner_ = 0;
};

}  // namespace detail
}  // namespace proberen::ipc
