/// What owners and the tracker say to each other: one packet a request, over SOCK_SEQPACKET.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc::detail {

/// The path's bytes follow.
struct TrackerRequest {
  enum class Kind : std::uint32_t {
    /// Comes first, with a pidfd of the sender. Answered.
    kHello,
    /// Answered, when it is in the registry.
    kIntend,
    kConfirm,
    /// Answered, when the name is gone if it has to go.
    kRelease,
    kForget,
  };
  Kind kind;
  std::uint32_t unused;
  std::uint64_t device;
  std::uint64_t inode;
};

struct TrackerReply {
  std::int32_t error;
  std::int32_t tracker;
};

/// The longest request, in bytes.
inline constexpr std::size_t kLongestRequest = sizeof(TrackerRequest) + tracker::kLongestPath;

/// The abstract socket's name: the first byte is zero.
[[nodiscard]] inline std::string socket_name(const std::string& token) { return std::string(1, '\0') + "proberen-tracker." + token; }
[[nodiscard]] inline std::string_view token_in(std::string_view name) { return name.substr(socket_name("").size()); }

/// Draws a token and puts it into the environment, unless one is there. For main(), before there are other threads.
void ensure_token();

/// The token in the environment; where there is none, the one that this process began with. Throws std::system_error when it is none.
[[nodiscard]] std::string family_token();

/// The tracker: serves owners from `listener`, and ends with the last of them.
[[noreturn]] void run_tracker(int listener);

}  // namespace proberen::ipc::detail
