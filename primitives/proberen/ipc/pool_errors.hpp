/// What can become of a pool's task besides a result.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <sys/types.h>

namespace proberen::ipc {

/// The task threw: what() is the exception's message, type() the name of its type.
class TaskError : public std::runtime_error {
 public:
  TaskError(std::string type, const std::string& message) : std::runtime_error(message), type_(std::move(type)) {}
  [[nodiscard]] const std::string& type() const noexcept { return type_; }

 private:
  std::string type_;
};

/// The worker process ended while it was running the task. The task may have done some of its work.
class WorkerDied : public std::runtime_error {
 public:
  explicit WorkerDied(pid_t worker)
      : std::runtime_error("the worker (process " + std::to_string(worker) + ") died while it was running this task"), worker_(worker) {}
  [[nodiscard]] pid_t worker() const noexcept { return worker_; }

 private:
  pid_t worker_;
};

/// The task was not run, or nobody waited for its end: the pool was terminated, its initializer failed, or it can start no workers.
class PoolEnded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace proberen::ipc
