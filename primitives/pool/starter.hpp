/// WorkerStarter: starts a pool's workers, by any method.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <poll.h>

#include "primitives/pool/nursery.hpp"
#include "primitives/pool/worker_memory.hpp"
#include "primitives/process/fork_server.hpp"
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

/// One thread at a time.
class WorkerStarter {
 public:
  /// By fork it forks the nursery. Throws as Context::start() does.
  WorkerStarter(StartMethod method, ContextOptions options, TaskCall initializer);

  /// Throws as Context::start() does.
  [[nodiscard]] StartedWorker start();

  /// The same in two halves. The first does not wait for the process that forks the worker; unless that is there no more, and has to be
  /// started itself. Throws as Context::start() does.
  void begin();
  [[nodiscard]] bool has_begun() const { return candidate_.has_value(); }
  /// For poll(2): what is ready when finish() does not wait; none when it never does.
  [[nodiscard]] std::vector<pollfd> news() const;
  /// The second half. Empty when whoever was to fork the worker has died, and another one was asked: it goes on. Throws as Context::start()
  /// does, and then it goes on no more.
  [[nodiscard]] std::optional<StartedWorker> finish();

  /// Ends a worker that is being started, for which it waits a moment. One that comes later finds nobody, and ends by itself.
  void abandon() noexcept;

  /// No more will be started, and all that were have ended: waits until they have been reaped.
  void close() noexcept { nursery_.reset(); }

 private:
  using Arguments = std::tuple<Descriptor, Descriptor, Descriptor, std::uint64_t, std::string>;
  struct Candidate {
    Shared<WorkerMemory> memory;
    Descriptor socket;
    /// The worker's; empty with a nursery.
    Arguments arguments;
    PendingStart start;
  };

  TaskCall initializer_;
  /// This process, for workers to see its end.
  Descriptor self_;
  Context context_;
  std::optional<Nursery> nursery_;
  std::optional<Candidate> candidate_;
};

}  // namespace proberen::ipc::detail
