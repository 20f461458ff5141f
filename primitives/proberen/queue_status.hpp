/// What became of an operation on a queue.
#pragma once

#include <cstdint>
#include <string_view>

namespace proberen {

enum class QueueStatus : std::uint8_t {
  ok,
  full,     ///< there was no room, and the call does not wait
  empty,    ///< there was nothing to get, and the call does not wait
  timeout,  ///< neither room nor item until the deadline
  stopped,  ///< neither room nor item until a stop was requested
  closed,   ///< put: the queue takes no more items; get: and none is left
};

[[nodiscard]] constexpr std::string_view to_string(QueueStatus status) {
  switch (status) {
    case QueueStatus::ok:
      return "ok";
    case QueueStatus::full:
      return "full";
    case QueueStatus::empty:
      return "empty";
    case QueueStatus::timeout:
      return "timeout";
    case QueueStatus::stopped:
      return "stopped";
    case QueueStatus::closed:
      return "closed";
  }
  return "unknown";
}

namespace detail {

/// The outcome of a call that a stop ends, where one with a deadline has `status`.
[[nodiscard]] constexpr QueueStatus stopped_or(QueueStatus status) {
  return status == QueueStatus::timeout ? QueueStatus::stopped : status;
}

}  // namespace detail
}  // namespace proberen
