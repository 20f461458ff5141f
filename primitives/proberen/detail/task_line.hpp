/// TaskLine: the tasks of a thread pool, from their submission to the thread that runs them; and what becomes of those that nobody runs.
///
/// Every task that is taken has one answer: next() hands it out, or it is refused. Tasks are handed out in the order in which they were
/// submitted; none after the first instant of end(), and after its return none is left. Blocking for those who wait for a task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "proberen/lock.hpp"
#include "proberen/platform.hpp"
#include "proberen/queue.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::detail {

enum class PoolState : std::uint8_t {
  running,
  closed,  ///< takes no more tasks; those that it has are handed out
  ended,   ///< takes none and hands none out
};

/// The rules of ending; a known-bad twin changes one.
struct TaskRules {
  static constexpr bool kEndRefusesWhatWaits = true;
  static constexpr bool kEndIsLookedFor = true;
  static constexpr bool kEndIsLeftToTheFirst = false;
};

/// `Task` has `refuse(const std::string& why)`, which is called without a lock held.
template <class Task, Platform P, class Rules = TaskRules>
class TaskLine {
 public:
  using Pointer = std::unique_ptr<Task>;

  /// `running` when the task is taken; else it is not, and why.
  [[nodiscard]] PoolState submit(Pointer task) { return tasks_.put(std::move(task)) == QueueStatus::ok ? PoolState::running : state(); }

  /// The oldest task, for the caller to run; waits for one. Null when there is none and will be none.
  [[nodiscard]] Pointer next() {
    while (auto task = tasks_.get()) {
      if (!Rules::kEndIsLookedFor || state() != PoolState::ended) return *std::move(task);
      (*task)->refuse(end_reason());
    }
    return nullptr;
  }

  void close() {
    {
      const std::scoped_lock hold(mutex_);
      if (state_ == PoolState::running) state_ = PoolState::closed;
    }
    tasks_.close();
  }

  /// Refuses all tasks that have not been handed out. The first reason counts. Whoever comes second does not leave it to the first, who may
  /// not have come to it yet.
  void end(const std::string& why) {
    if (begin_end(why) && Rules::kEndIsLeftToTheFirst) return;
    tasks_.close();
    if (!Rules::kEndRefusesWhatWaits) return;
    while (auto task = tasks_.try_get()) (*task)->refuse(end_reason());
  }

  [[nodiscard]] PoolState state() {
    const std::scoped_lock hold(mutex_);
    return state_;
  }
  /// Tasks that are neither handed out nor refused; a hint while others use it.
  [[nodiscard]] std::size_t waiting() const { return tasks_.size(); }
  /// Of one that has ended.
  [[nodiscard]] std::string end_reason() {
    const std::scoped_lock hold(mutex_);
    return end_reason_;
  }

 private:
  /// Whether it had ended before.
  bool begin_end(const std::string& why) {
    const std::scoped_lock hold(mutex_);
    if (state_ == PoolState::ended) return true;
    state_ = PoolState::ended;
    end_reason_ = why;
    return false;
  }

  BasicLock<P> mutex_;
  PoolState state_ = PoolState::running;  ///< changed before the queue is closed, so that who finds it closed knows why
  std::string end_reason_;
  BasicQueue<Pointer, P> tasks_;
};

}  // namespace proberen::detail
