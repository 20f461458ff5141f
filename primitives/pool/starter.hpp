/// WorkerStarter: starts a pool's workers, by any method.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "primitives/pool/nursery.hpp"
#include "primitives/pool/worker_memory.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/ipc/task.hpp"

namespace proberen::ipc::detail {

/// A worker's process, held by its pidfd. Whoever destroys it has seen it end, or ends it.
class WorkerProcess {
 public:
  explicit WorkerProcess(Process process) : pid_(process.pid()), process_(std::move(process)) {}
  explicit WorkerProcess(NurseryChild child) : pid_(child.pid), pidfd_(std::move(child.pidfd)) {}
  WorkerProcess(WorkerProcess&&) noexcept = default;
  ~WorkerProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable when it has ended.
  [[nodiscard]] int sentinel() const { return process_ ? process_->sentinel() : pidfd_.get(); }
  void kill() noexcept;

 private:
  pid_t pid_;
  std::optional<Process> process_;
  Descriptor pidfd_;
};

/// A worker that has just been started, and what it shares with the pool.
struct StartedWorker {
  WorkerProcess process;
  Shared<WorkerMemory> memory;
  Descriptor socket;
};

class WorkerStarter {
 public:
  /// By fork it forks the nursery. Throws as Context::start() does.
  WorkerStarter(StartMethod method, ContextOptions options, TaskCall initializer);

  /// Throws as Context::start() does. One thread at a time.
  [[nodiscard]] StartedWorker start();

  /// No more will be started, and all that were have ended: waits until they have been reaped.
  void finish() noexcept { nursery_.reset(); }

 private:
  TaskCall initializer_;
  /// This process, for workers to see its end.
  Descriptor self_;
  Context context_;
  std::optional<Nursery> nursery_;
};

}  // namespace proberen::ipc::detail
