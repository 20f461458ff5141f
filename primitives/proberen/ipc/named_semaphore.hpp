/// NamedSemaphore and NamedBoundedSemaphore: semaphores that processes find by name, as those of sem_open(3).
///
/// The memory is a file /dev/shm/proberen.<name>; in it is an ipc::Semaphore, so an operation costs what that one's does. The file gets its
/// name when it is whole (O_TMPFILE, link): nobody ever opens one that is half made, and a creator that is killed before leaves nothing.
/// There is no flag to wait for, the kernel's atomic link is the whole protocol. Prefer anonymous memory (shared_memory.hpp) where a
/// descriptor can be passed: it cannot be left behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "proberen/ipc/detail/named_memory.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::ipc {

/// Boost.Interprocess's tags.
struct CreateOnly {};
struct OpenOnly {};
struct OpenOrCreate {};
inline constexpr CreateOnly create_only{};
inline constexpr OpenOnly open_only{};
inline constexpr OpenOrCreate open_or_create{};

/// Number of a type, in the header of its file.
template <class S>
inline constexpr std::uint32_t kNamedKind = 0;
template <>
inline constexpr std::uint32_t kNamedKind<Semaphore> = 1;
template <>
inline constexpr std::uint32_t kNamedKind<BoundedSemaphore> = 2;

/// A name has 1 to 246 bytes, none of them a slash or zero, but for one leading slash, which changes nothing. Every constructor, and
/// remove(), throws std::system_error:
///   invalid_argument            no name; a value below 0 or above max(); the name is of another type of object, or no semaphore at all
///   filename_too_long
///   file_exists                 create_only: there is such a name
///   no_such_file_or_directory   open_only, remove(): there is none
///   permission_denied
///   no_space_on_device          /dev/shm is full: told here, not by a signal later; nothing is left behind
/// and, for Lifetime::owned, what tracker::intend() throws. Move-only; a moved-from one can only be assigned to or destroyed.
///
/// The name and the semaphore are two things: after remove() whoever has it open goes on with it, and the name is free for another. The
/// destructor closes; only that of the last owner (Lifetime::owned) removes the name. A process that dies keeps its units,
/// and one that is killed just after it was woken leaves the others asleep until the next release, as with ipc::Semaphore.
template <class S>
class BasicNamedSemaphore {
  static_assert(kNamedKind<S> != 0, "named are ipc::Semaphore and ipc::BoundedSemaphore");

 public:
  [[nodiscard]] static constexpr std::int64_t max() noexcept { return S::max(); }

  BasicNamedSemaphore(CreateOnly, std::string_view name, std::int64_t value, NamedOptions options = {})
      : memory_(detail::NamedMemory::create(name, kObject, checked(value), options)) {}
  /// Never an owner: the name's end does not depend on it.
  BasicNamedSemaphore(OpenOnly, std::string_view name) : memory_(detail::NamedMemory::open(name, kObject)) {}
  /// `value` and `options.mode` are for the one that creates it. How long the name lives is its creator's decision: see Lifetime.
  BasicNamedSemaphore(OpenOrCreate, std::string_view name, std::int64_t value, NamedOptions options = {})
      : memory_(detail::NamedMemory::open_or_create(name, kObject, checked(value), options)) {}

  /// Frees the name at once.
  static void remove(std::string_view name) { detail::NamedMemory::remove(name); }

  /// As the semaphore's own.
  template <class... Arguments>
  bool acquire(Arguments&&... arguments) {
    return semaphore().acquire(std::forward<Arguments>(arguments)...);
  }
  [[nodiscard]] bool try_acquire() { return semaphore().try_acquire(); }
  template <class Rep, class Period>
  [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
    return semaphore().try_acquire_for(timeout);
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& instant) {
    return semaphore().try_acquire_until(instant);
  }
  std::error_code release(std::int64_t units = 1) { return semaphore().release(units); }
  [[nodiscard]] std::int64_t value() const { return semaphore().value(); }

  /// The semaphore itself.
  [[nodiscard]] S& semaphore() const noexcept { return *std::launder(static_cast<S*>(memory_.object())); }

 private:
  static constexpr detail::NamedObject kObject{kNamedKind<S>, sizeof(S), [](void* place, std::int64_t value) { ::new (place) S(value); }};

  static std::int64_t checked(std::int64_t value) {
    if (value < 0 || value > max())
      throw std::system_error(std::make_error_code(std::errc::invalid_argument), "a semaphore's value is from 0 to 2147483647");
    return value;
  }

  detail::NamedMemory memory_;
};

using NamedSemaphore = BasicNamedSemaphore<Semaphore>;
/// Its limit is the value that it was created with.
using NamedBoundedSemaphore = BasicNamedSemaphore<BoundedSemaphore>;

}  // namespace proberen::ipc
