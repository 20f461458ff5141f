/// Nursery: where a pool by fork gets its workers from.
///
/// A process that is forked when the pool is made, before the pool has a thread, and then forks every worker, those included that replace
/// others later. So workers are copies of a process with one thread, whatever threads the pool's process has by then, and all of them begin
/// with the memory that the pool's process had when the pool was made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <poll.h>

#include "proberen/ipc/context.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// A worker that is another process's child, which reaps it.
struct NurseryChild {
  pid_t pid;
  Descriptor pidfd;
};

/// The pool's side. One thread at a time.
class Nursery {
 public:
  /// Throws as Context::start() does.
  Nursery(ContextOptions options, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments);
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;
  /// Call it when all workers have ended: waits until they are reaped, but not for ever; a nursery that is stopped is killed.
  ~Nursery();

  /// Asks for a worker, one at a time. Throws std::system_error.
  void ask(const Descriptor& socket, const Descriptor& memory);
  /// For poll(2): what is ready when there is an answer, or none will come.
  [[nodiscard]] std::vector<pollfd> news() const;
  /// Waits for the worker. Throws std::system_error.
  [[nodiscard]] NurseryChild answer();

 private:
  Descriptor channel_;
  Process process_;
};

/// In a worker: closes what belongs to the nursery that it may be a copy of.
void leave_nursery() noexcept;

}  // namespace proberen::ipc::detail
