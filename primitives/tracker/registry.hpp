/// Registry: which process owns which name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc::detail {

/// An owner, as the tracker counts them: never used again, as a process's number may be.
using OwnerId = std::uint64_t;

/// Removes the file at the resource's path if it is that file. False when it is not: it was removed, or never got its name.
bool remove_exactly(const Resource& resource) noexcept;

class Registry {
 public:
  void intend(OwnerId owner, const Resource& resource);
  void confirm(const Resource& resource);
  void release(OwnerId owner, const Resource& resource);
  void forget(const Resource& resource);

  /// The owner is dead: what nobody else owns is removed, and told on standard error with its number `pid`.
  void end(OwnerId owner, pid_t pid);

  /// A name that was found again, whose creator is dead, but which somebody holds who has not said so yet.
  void add_orphan(const Resource& resource);
  /// Removes orphans that nobody holds any more. Whether there are any left.
  bool remove_orphans();

 private:
  struct Item {
    Resource resource;
    std::vector<OwnerId> owners;
    bool confirmed = false;
  };
  std::vector<Item>::iterator find(const Resource& resource);

  std::vector<Item> items_;
};

}  // namespace proberen::ipc::detail
