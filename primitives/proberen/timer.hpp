/// Timer: calls a function once, after an interval, after Python's threading.Timer.
///
/// Timers cost no threads: those of a TimerService share one, on which their callbacks run. Never early: the callback begins at or after
/// the instant of start() plus the interval, by the monotonic clock. start() and cancel() take O(log n) and hold a lock for no longer than
/// that; only join() and cancel_and_wait() wait. An exception that leaves a callback ends in std::terminate, as one that leaves a
/// std::thread does.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "proberen/cancel_result.hpp"
#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/timer_service.hpp"

namespace proberen {

class Timer {
 public:
  /// A timer of the shared service. The function and its arguments are copied or moved in, as std::thread does, so no two timers share
  /// them; std::ref() passes a reference. Throws std::invalid_argument when the interval is negative or not a number, or the function is
  /// empty; std::bad_alloc.
  template <class Rep, class Period, class Function, class... Arguments>
  requires std::invocable<std::decay_t<Function>, std::decay_t<Arguments>...>
  explicit Timer(std::chrono::duration<Rep, Period> interval, Function&& function, Arguments&&... arguments)
      : Timer(TimerService::shared(), interval, std::forward<Function>(function), std::forward<Arguments>(arguments)...) {}

  /// A timer of that service.
  template <class Rep, class Period, class Function, class... Arguments>
  requires std::invocable<std::decay_t<Function>, std::decay_t<Arguments>...> Timer(TimerService& service,
                                                                                    std::chrono::duration<Rep, Period> interval,
                                                                                    Function&& function, Arguments&&... arguments)
      : core_(service.core_), interval_(checked(interval)) {
    if constexpr (std::is_constructible_v<bool, const std::decay_t<Function>&> && !std::is_function_v<std::remove_reference_t<Function>>) {
      if (!static_cast<bool>(function)) throw std::invalid_argument("a timer needs a function to call");
    }
    using Bound = BoundTask<std::decay_t<Function>, std::decay_t<Arguments>...>;
    task_ = std::make_unique<Bound>(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
  }

  /// The other one then holds no timer: it is not active, cancel() finds nothing to cancel, start() and join() throw std::logic_error.
  Timer(Timer&&) noexcept = default;
  /// Ends the timer that was here, as the destructor does.
  Timer& operator=(Timer&& other) noexcept {
    Timer(std::move(other)).swap(*this);
    return *this;
  }

  /// Cancels, and waits for a callback that is running. Inside the own callback: lets it run to its end, after which all is freed.
  ~Timer() {
    if (task_ == nullptr || cancel_and_wait() != CancelResult::running) return;
    task_.release()->abandoned = true;
  }

  void swap(Timer& other) noexcept {
    core_.swap(other.core_);
    std::swap(interval_, other.interval_);
    task_.swap(other.task_);
  }

  /// Counts the interval from now. After cancel() the callback does not run. Throws std::logic_error at the second call, and when the
  /// service has been destroyed; std::system_error when the service's thread cannot be started.
  void start() {
    switch (core_->start(task(), deadline_after(NativePlatform::now(), interval_))) {
      case detail::StartOutcome::started:
        return;
      case detail::StartOutcome::started_before:
        throw std::logic_error("a timer can be started only once");
      case detail::StartOutcome::stopped:
        throw std::logic_error("the service of this timer has been destroyed");
    }
  }

  /// Keeps the callback from running if it has not begun, before or after start(), and says which. Never waits for a callback.
  CancelResult cancel() { return task_ == nullptr ? CancelResult::cancelled : core_->queue.cancel(*task_); }

  /// As cancel(), but when it returns the callback is not running. Inside the own callback it does not wait, and returns `running`.
  CancelResult cancel_and_wait() { return task_ == nullptr ? CancelResult::cancelled : core_->queue.cancel_and_wait(*task_); }

  /// Waits until the callback has run to its end, or the timer is cancelled. Throws std::logic_error before start(), and inside a callback
  /// of the same service while this timer is not over, where it would wait for itself.
  void join() { (void)join_until(kForever); }

  /// The same, waiting at most `timeout`; never gives up early. False when the timer is not over then.
  template <class Rep, class Period>
  [[nodiscard]] bool join_for(std::chrono::duration<Rep, Period> timeout) {
    return join_until(deadline_after(NativePlatform::now(), timeout));
  }

  /// The same, waiting until a stop is requested. False when the timer is not over then.
  [[nodiscard]] bool join(const std::stop_token& token) {
    return detail::until_stopped(token, [this](Deadline deadline) { return join_until(deadline); });
  }

  /// Whether the timer has been started and is not over. All that the callback did is known to whoever sees false after start().
  [[nodiscard]] bool is_active() const {
    if (task_ == nullptr) return false;
    const detail::TimerPhase phase = task_->state.phase();
    return phase == detail::TimerPhase::armed || phase == detail::TimerPhase::running;
  }

 private:
  template <class Function, class... Arguments>
  struct BoundTask final : detail::TimerTask {
    template <class... Given>
    explicit BoundTask(Function bound, Given&&... given) : function(std::move(bound)), arguments(std::forward<Given>(given)...) {}
    void run() override { std::apply(std::move(function), std::move(arguments)); }

    Function function;
    std::tuple<Arguments...> arguments;
  };

  template <class Rep, class Period>
  static SteadyClock::duration checked(std::chrono::duration<Rep, Period> interval) {
    if (!(interval >= interval.zero())) throw std::invalid_argument("a timer's interval is a number and not negative");
    return deadline_after(Deadline(), interval).time_since_epoch();  // rounded up to the clock's tick, and saturated
  }

  [[nodiscard]] detail::TimerTask& task() const {
    if (task_ == nullptr) throw std::logic_error("this object holds no timer: it was moved from");
    return *task_;
  }

  bool join_until(Deadline deadline) {
    switch (core_->queue.join(task(), deadline)) {
      case detail::JoinOutcome::over:
        return true;
      case detail::JoinOutcome::timed_out:
        break;
      case detail::JoinOutcome::not_started:
        throw std::logic_error("a timer that has not been started cannot be joined");
      case detail::JoinOutcome::would_deadlock:
        throw std::logic_error("a timer cannot be joined inside a callback of its service");
    }
    return false;
  }

  std::shared_ptr<detail::TimerCore> core_;
  SteadyClock::duration interval_;
  std::unique_ptr<detail::TimerTask> task_;
};

}  // namespace proberen
