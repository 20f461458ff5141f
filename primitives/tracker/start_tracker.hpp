/// Finding a tracker, and starting one.
#pragma once

#include <string>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// A socket connected to the family's tracker; empty when there is none. Throws std::system_error.
[[nodiscard]] Descriptor connect_to_tracker(const std::string& token);

/// Starts the family's tracker, unless somebody else is just doing so: who gets the socket's name starts it. Throws std::system_error.
void start_tracker(const std::string& token);

}  // namespace proberen::ipc::detail
