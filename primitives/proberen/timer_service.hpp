/// TimerService: one thread for any number of timers.
///
/// The thread is started with the first timer. It sleeps on a futex until the earliest deadline, with a timer slack of one nanosecond, and
/// is woken only when the earliest deadline becomes earlier. All callbacks run on it, one after another: a callback that takes long makes
/// those after it late. Signals are blocked on it.
///
/// fork(2): in the child a service starts anew. What was pending is cancelled there, what was running counts as fired; the next start
/// starts a thread of the child's own. A callback that forks should not return in the child: if it does, its thread ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "proberen/deadline.hpp"
#include "proberen/detail/timer_queue.hpp"
#include "proberen/native_platform.hpp"

namespace proberen {

namespace detail {

/// A timer with its callback. `abandoned`: its Timer was destroyed inside the callback, so the service frees it.
struct TimerTask : TimerNode<NativePlatform> {
  virtual ~TimerTask() = default;
  virtual void run() = 0;
  bool abandoned = false;  ///< touched only by the thread that runs the callback
};

class TimerCore;

}  // namespace detail

class TimerService {
 public:
  /// Starts no thread yet. Throws std::bad_alloc.
  TimerService();
  TimerService(const TimerService&) = delete;
  TimerService& operator=(const TimerService&) = delete;

  /// Cancels what is pending, waits for a callback that is running, and ends the thread. Timers may outlive their service, but can no
  /// longer be started. Must not be called inside a callback of the service: that ends in std::terminate.
  ~TimerService();

  /// The service of all timers that name none. It is never destroyed: what is pending when the program ends does not run.
  [[nodiscard]] static TimerService& shared();

  /// The timers that have been started and are not yet running, cancelled or over. A hint, no more.
  [[nodiscard]] std::size_t pending() const;

 private:
  friend class Timer;
  std::shared_ptr<detail::TimerCore> core_;
};

namespace detail {

/// What a service shares with its timers.
class TimerCore {
 public:
  TimerCore();
  ~TimerCore();
  TimerCore(const TimerCore&) = delete;
  TimerCore& operator=(const TimerCore&) = delete;

  /// Throws std::system_error when the thread cannot be started; then the timer is not started either.
  StartOutcome start(TimerTask& task, Deadline deadline);
  void stop();

  TimerQueue<NativePlatform> queue;

  // Around fork(), for every service of the process; see timer_service.cpp.
  void hold();
  void let_go();
  void restart_in_child();

 private:
  void ensure_thread();
  void serve();
  static void* serve_entry(void* core);

  BasicLock<NativePlatform> thread_lock_;  ///< taken before the queue's lock, where both are
  std::atomic<bool> has_thread_{false};
  bool stopped_ = false;          ///< the service is gone, and no thread will serve again; changed with thread_lock_ held
  unsigned long thread_ = 0;      ///< pthread_t; meaningful while has_thread_
  std::uint32_t generation_ = 0;  ///< how many forks lie between the service's making and this process
};

}  // namespace detail
}  // namespace proberen
