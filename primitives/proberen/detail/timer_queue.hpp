/// TimerQueue: what starters and cancellers of timers share with the one thread that fires them.
///
/// Every change of a timer's phase happens under one lock, held for one step of a heap and never while a callback runs; so whether a cancel
/// or the firing came first has one answer, and a timer that is cancelled is out of the heap before anybody is told. The serving thread
/// sleeps until the earliest deadline, and is woken only by a start that makes that earlier. Blocking; start and cancel take O(log n).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "proberen/cancel_result.hpp"
#include "proberen/detail/timer_heap.hpp"
#include "proberen/detail/timer_state.hpp"
#include "proberen/lock.hpp"

namespace proberen::detail {

/// A timer as its queue sees it. It stays where it is from its start until it is over.
template <Platform P>
struct TimerNode {
  TimerState<P> state;
  std::size_t place = 0;  ///< in the heap; meaningful while armed
};

enum class StartOutcome { started, started_before, stopped };
enum class JoinOutcome { over, timed_out, not_started, would_deadlock };

template <Platform P>
class TimerQueue {
 public:
  using Node = TimerNode<P>;

  /// Arms the timer, due at `deadline`; one that was cancelled before is over at once. Throws std::bad_alloc, and then nothing changes.
  StartOutcome start(Node& node, Deadline deadline) {
    bool earlier = false;
    {
      const std::lock_guard guard(lock_);
      const TimerPhase phase = node.state.phase();
      if (phase != TimerPhase::idle && phase != TimerPhase::revoked) return StartOutcome::started_before;
      if (stopped_) return StartOutcome::stopped;
      if (phase == TimerPhase::revoked) {
        node.state.settle(TimerPhase::cancelled);
        return StartOutcome::started;
      }
      shared_.write();
      heap_.push(node, deadline);
      node.state.advance(TimerPhase::idle, TimerPhase::armed);
      earlier = deadline < looks_at_;
      if (earlier) note_change(deadline);
    }
    if (earlier) P::unpark(changes_, 1);
    return StartOutcome::started;
  }

  CancelResult cancel(Node& node) {
    const std::lock_guard guard(lock_);
    return cancel_locked(node);
  }

  /// As cancel(), and when it returns the callback is not running; `running` only from inside that very callback.
  CancelResult cancel_and_wait(Node& node) {
    {
      const std::lock_guard guard(lock_);
      const CancelResult result = cancel_locked(node);
      if (result != CancelResult::running || serves_here()) return result;
    }
    (void)node.state.wait(kForever);
    return CancelResult::already_fired;
  }

  /// Waits until the timer is over. Refuses where that cannot happen: before its start, and on the thread that would have to fire it.
  JoinOutcome join(Node& node, Deadline deadline) {
    {
      const std::lock_guard guard(lock_);
      const TimerPhase phase = node.state.phase();
      if (phase == TimerPhase::idle || phase == TimerPhase::revoked) return JoinOutcome::not_started;
      if (!is_over(phase) && serves_here()) return JoinOutcome::would_deadlock;
    }
    return node.state.wait(deadline) ? JoinOutcome::over : JoinOutcome::timed_out;
  }

  /// For the serving thread: waits until a timer is due and takes it, or returns nullptr after stop(). finish() must follow.
  [[nodiscard]] Node* take_next() {
    for (;;) {
      std::uint32_t seen = 0;
      Deadline until = kForever;
      {
        const std::lock_guard guard(lock_);
        if (stopped_) return nullptr;
        if (Node* const due = take_due_locked()) {
          looks_at_ = Deadline::min();  // it will look once more before it sleeps
          return due;
        }
        until = looks_at_ = heap_.earliest();
        seen = changes_.load(std::memory_order_relaxed);
      }
      P::park(changes_, seen, until);
    }
  }

  /// Takes a timer without waiting; nullptr when none is due. Any thread may, also while another sleeps in take_next().
  [[nodiscard]] Node* take_due() {
    const std::lock_guard guard(lock_);
    return stopped_ ? nullptr : take_due_locked();
  }

  /// For the serving thread: the callback of the timer that it took has ended. The timer may be gone when this returns.
  void finish(Node& node) {
    const std::lock_guard guard(lock_);
    shared_.write();
    // In a child that a callback forked, another thread may serve by now, and run a timer of its own.
    if (running_ == &node) running_ = nullptr;
    node.state.settle(TimerPhase::fired);
  }

  /// Cancels all timers that are pending, refuses new ones and lets the serving thread go.
  void stop() {
    {
      const std::lock_guard guard(lock_);
      stopped_ = true;
      shared_.write();
      while (!heap_.empty()) heap_.pop().state.settle(TimerPhase::cancelled);
      note_change(Deadline::min());
    }
    P::unpark(changes_, 1);
  }

  [[nodiscard]] std::size_t pending() {
    const std::lock_guard guard(lock_);
    shared_.read();
    return heap_.size();
  }

  /// Whether the calling thread is inside a callback of this queue.
  [[nodiscard]] bool is_inside_callback() {
    const std::lock_guard guard(lock_);
    return serves_here();
  }

  /// Around fork(): no other thread changes anything between hold() and let_go(), or, in the child, restart_in_child().
  void hold() { lock_.lock(); }
  void let_go() { lock_.unlock(); }

  /// In the child of a fork: what was pending is cancelled; what was running counts as fired, unless the child's only thread runs it.
  void restart_in_child() {
    while (!heap_.empty()) heap_.pop().state.settle_alone(TimerPhase::cancelled);
    if (running_ != nullptr && !serves_here()) {
      running_->state.settle_alone(TimerPhase::fired);
      running_ = nullptr;
    }
    looks_at_ = Deadline::min();
    lock_.reinitialize();
  }

 private:
  CancelResult cancel_locked(Node& node) {
    switch (node.state.phase()) {
      case TimerPhase::idle:
        node.state.advance(TimerPhase::idle, TimerPhase::revoked);
        break;
      case TimerPhase::armed:
        shared_.write();
        heap_.remove(node);
        node.state.settle(TimerPhase::cancelled);  // last: who waits for it may free the timer
        break;
      case TimerPhase::running:
        return CancelResult::running;
      case TimerPhase::fired:
        return CancelResult::already_fired;
      case TimerPhase::revoked:
      case TimerPhase::cancelled:
        break;
    }
    return CancelResult::cancelled;
  }

  Node* take_due_locked() {
    shared_.write();
    if (heap_.empty() || P::now() < heap_.earliest()) return nullptr;
    running_ = &heap_.pop();
    server_ = P::this_thread();
    running_->state.advance(TimerPhase::armed, TimerPhase::running);
    return running_;
  }

  [[nodiscard]] bool serves_here() const { return running_ != nullptr && server_ == P::this_thread(); }

  void note_change(Deadline deadline) {
    looks_at_ = deadline;
    changes_.fetch_add(1, std::memory_order_relaxed);
  }

  BasicLock<P> lock_;

  // All below is guarded by the lock, the reading of changes_ by a thread that parks excepted.
  [[no_unique_address]] typename P::SharedData shared_;
  TimerHeap<Node> heap_;
  Node* running_ = nullptr;              ///< taken and not finished
  std::uintptr_t server_ = 0;            ///< who took it; meaningful while there is one
  Deadline looks_at_ = Deadline::min();  ///< when the serving thread looks at the heap next, woken by nobody; never too late a time
  bool stopped_ = false;
  /// Changes whenever looks_at_ is made earlier. The serving thread notes it before it lets go of the lock, so it cannot sleep through a
  /// change that it has not seen.
  typename P::template Atomic<std::uint32_t> changes_{0};
};

}  // namespace proberen::detail
