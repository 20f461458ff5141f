/// What a tracker that was killed leaves to its successor: the headers of the files say whose they are.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc::detail {

struct Found {
  Resource resource;
  pid_t pid;
  /// Of the creator; empty when it is dead.
  Descriptor pidfd;
};

/// The names that the tracker of this family has to remove some day.
[[nodiscard]] std::vector<Found> recover(const std::string& token);

}  // namespace proberen::ipc::detail
