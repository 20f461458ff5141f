/// What a started process knows about itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "primitives/process/children.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/start_method.hpp"

namespace proberen::ipc::detail {

/// Made by the creator, and handed to the child with its arguments.
struct Birth {
  std::string name;
  /// "1:2", for the names of its own children.
  std::string place;
  std::string parent_name;
  pid_t parent_pid = -1;
  StartMethod method{};
  std::optional<StartMethod> default_method;
  bool die_with_parent = false;
  bool keep_descriptors = false;

  [[nodiscard]] std::string bytes() const;
  static Birth from_bytes(std::string_view bytes);
};

/// Throws std::invalid_argument for a value that is none of them.
void require_known(StartMethod method);

/// The identity of this process's next child.
[[nodiscard]] Birth next_birth(const std::string& prefix, StartMethod method);

struct Self;

/// What a child begins with. Made before a fork, and given up there by the creator: every page that a new copy of a process writes is
/// copied first, which costs the child more than all else that it does before its entry.
class Life {
 public:
  explicit Life(Birth birth);
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  ~Life();

  /// The child's first act, while it has one thread: forgets what belonged to the process that it may be a copy of, and becomes who it is.
  /// `parent` is a pidfd of the creator, or nothing when that is the parent by the kernel's account. With die_with_parent it starts a
  /// thread that waits for the creator's end, and then kills this process. Throws std::system_error. Once.
  void begin(Descriptor parent = {});

 private:
  std::unique_ptr<Self> self_;
  NoChildren children_;
};

/// Waits for the threads given to join_before_end(), those that come meanwhile included. Not in a copy that the child has forked by itself,
/// where there are none.
void join_threads() noexcept;

}  // namespace proberen::ipc::detail
