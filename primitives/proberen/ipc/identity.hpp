/// Who a process is, who started it, and whom it has started; after Python's current_process(), parent_process() and active_children().
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "proberen/deadline.hpp"
#include "proberen/ipc/start_method.hpp"

namespace proberen::ipc {

struct ProcessIdentity {
  /// "MainProcess" in a process that no Context has started. Otherwise its ContextOptions::name and its place in the family: "Process-1:2"
  /// is the second that "Process-1" has started.
  std::string name;
  pid_t pid;
};

[[nodiscard]] ProcessIdentity current_process();

/// How this process was started; empty in one that no Context has started.
[[nodiscard]] std::optional<StartMethod> current_start_method();

/// The process that asked for this one, also when a fork server stands between them.
struct ParentProcess {
  std::string name;
  pid_t pid;
  /// A pidfd of it: readable once the whole process has ended, and not when a mere thread of it has; for poll(2), and not to be closed.
  int sentinel;

  [[nodiscard]] bool alive() const { return !ended_by(Deadline::min()); }
  /// Waits for its end; false when it still runs at `deadline`.
  [[nodiscard]] bool ended_by(Deadline deadline) const;
};

/// Empty in a process that no Context has started. A parent that had died before is one whose sentinel is readable. Throws
/// std::system_error when there is no descriptor left to watch it.
[[nodiscard]] std::optional<ParentProcess> parent_process();

/// Those that a Process of this process holds and that still run; in time linear in their number.
[[nodiscard]] std::vector<ProcessIdentity> active_children();

/// In a process that a Context has started: has the process wait for `thread` after its entry, before it ends. A thread that was detached
/// instead ends with the process, like a daemon thread.
void join_before_end(std::thread thread);

}  // namespace proberen::ipc
