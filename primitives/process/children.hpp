/// The children of this process: those that a Process holds, and those that have been let go.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "primitives/process/last_words.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/identity.hpp"

namespace proberen::ipc::detail {

/// Lists a child that a Process holds by `pidfd`, until unlist_child(), which comes before the pidfd is closed.
void list_child(int pidfd, pid_t pid, const std::string& name);
void unlist_child(int pidfd) noexcept;

/// Remembers a child whose Process is gone, and reaps those that have ended. Until then nobody else gets the place of its last words.
void adopt_detached(Descriptor pidfd, LastWords words);
void reap_detached();

struct Children;
struct DeleteChildren {
  void operator()(Children* children) const noexcept;
};
using NoChildren = std::unique_ptr<Children, DeleteChildren>;
/// For forget_children(), to be made before the fork.
[[nodiscard]] NoChildren no_children();
/// In a copy of this process that a fork has just made: none of them is a child of the copy. Closes nothing, since the numbers may be
/// somebody else's there.
void forget_children(NoChildren fresh) noexcept;

}  // namespace proberen::ipc::detail
