/// How two processes prove to each other that they know the same key: a mutual challenge and response.
///
///   listener -> client   "PROBEREN", nonce L
///   client -> listener   nonce C, HMAC(key, "client" L C)
///   listener -> client   HMAC(key, "listener" L C)
///
/// The role in the code refuses a reflection, the receiver's own nonce a replay.
#pragma once

#include <string_view>

#include "proberen/deadline.hpp"

namespace proberen::ipc::detail {

enum class Role { kListener, kClient };

/// Both throw std::system_error when the other side fails: permission_denied, protocol_error, timed_out or connection_aborted.
void shake_hands(int socket, Role role, std::string_view key, Deadline deadline);

}  // namespace proberen::ipc::detail
