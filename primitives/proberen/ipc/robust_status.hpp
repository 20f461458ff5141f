/// RobustStatus: what became of an attempt to take a robust lock.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace proberen::ipc {

enum class [[nodiscard]] RobustStatus : std::uint8_t{
    acquired,         ///< the caller holds the lock
    owner_died,       ///< the caller holds the lock, and what it protects is as a dead owner left it
    not_recoverable,  ///< not taken, nor will it ever be: an owner gave up what the lock protects
    busy,             ///< not taken: somebody holds it, and the call does not wait
    timeout,          ///< not taken until the deadline
    stopped,          ///< not taken until a stop was requested
    would_deadlock,   ///< not taken: the caller holds it already
};

/// Whether the caller holds the lock now.
[[nodiscard]] constexpr bool is_held(RobustStatus status) { return status == RobustStatus::acquired || status == RobustStatus::owner_died; }

[[nodiscard]] constexpr std::string_view to_string(RobustStatus status) {
  switch (status) {
    case RobustStatus::acquired:
      return "acquired";
    case RobustStatus::owner_died:
      return "owner_died";
    case RobustStatus::not_recoverable:
      return "not_recoverable";
    case RobustStatus::busy:
      return "busy";
    case RobustStatus::timeout:
      return "timeout";
    case RobustStatus::stopped:
      return "stopped";
    case RobustStatus::would_deadlock:
      return "would_deadlock";
  }
  return "unknown";
}

/// Thrown by the forms of locking that have no result to tell it by: the caller HOLDS the lock, and what it protects is as a dead owner
/// left it. Who catches it repairs and calls mark_consistent(), or calls mark_unrecoverable().
class OwnerDied : public std::runtime_error {
 public:
  OwnerDied() : std::runtime_error("the owner of a robust lock died; the lock is held by the caller now") {}
};

}  // namespace proberen::ipc
