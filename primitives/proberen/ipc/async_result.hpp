/// AsyncResult<T>: the result of a task that may still be running, after Python's multiprocessing.pool.AsyncResult.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "proberen/default_platform.hpp"
#include "proberen/detail/completion.hpp"
#include "proberen/detail/stop.hpp"

namespace proberen::ipc {

namespace detail {

/// What the pool's thread and the holders of an AsyncResult share.
template <class T>
class ResultState {
 public:
  void succeed(T&& value) {
    if (!completion_.claim()) return;
    value_.emplace(std::move(value));
    publish();
  }
  void fail(std::exception_ptr error) {
    if (!completion_.claim()) return;
    error_ = std::move(error);
    publish();
  }

  [[nodiscard]] bool ready() const { return completion_.ready(); }
  [[nodiscard]] bool wait(Deadline deadline) { return completion_.wait(deadline); }

  /// Only when ready() was true.
  [[nodiscard]] const std::exception_ptr& error() const { return error_; }
  T& get() {
    if (error_) std::rethrow_exception(error_);
    return *value_;
  }

  /// Throws std::logic_error the second time.
  void attach(std::function<void(ResultState&)> callback) {
    if (attached_.exchange(true, std::memory_order_relaxed)) throw std::logic_error("a result takes one then()");
    callback_ = std::move(callback);
    if (!completion_.attach()) callback_(*this);
  }

 private:
  void publish() {
    if (completion_.publish()) callback_(*this);
  }

  proberen::detail::Completion<DefaultPlatform> completion_;
  std::atomic<bool> attached_{false};
  std::optional<T> value_;
  std::exception_ptr error_;
  std::function<void(ResultState&)> callback_;
};

}  // namespace detail

/// A handle of one result; copies are handles of the same one. It may outlive its pool, which gives every task a result or an error.
/// Errors are TaskError, WorkerDied, PoolEnded, and what serialisation throws.
template <class T>
class AsyncResult {
 public:
  explicit AsyncResult(std::shared_ptr<detail::ResultState<T>> state) : state_(std::move(state)) {}

  /// Waits for the result: it, or its error, thrown; each time anew.
  [[nodiscard]] T get() const {
    wait();
    return state_->get();
  }
  /// As get(), but no longer than `timeout`, never less: empty when there is no result by then.
  template <class Rep, class Period>
  [[nodiscard]] std::optional<T> get_for(std::chrono::duration<Rep, Period> timeout) const {
    if (!wait_for(timeout)) return std::nullopt;
    return state_->get();
  }
  /// As get(), until a stop is requested: empty when there is no result by then.
  [[nodiscard]] std::optional<T> get(const std::stop_token& token) const {
    if (!wait(token)) return std::nullopt;
    return state_->get();
  }
  /// As get(), and leaves nothing for others.
  [[nodiscard]] T take() {
    wait();
    return std::move(state_->get());
  }

  void wait() const { (void)state_->wait(kForever); }
  /// Whether there is a result or an error before `timeout` has passed; never gives up early.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> timeout) const {
    return state_->ready() || state_->wait(deadline_after(SteadyClock::now(), timeout));
  }

  /// Whether there is a result or an error before a stop is requested.
  bool wait(const std::stop_token& token) const {
    return state_->ready() || proberen::detail::until_stopped(token, [this](Deadline deadline) { return state_->wait(deadline); });
  }

  [[nodiscard]] bool ready() const { return state_->ready(); }
  /// Whether the result is no error. Throws std::logic_error while there is neither.
  [[nodiscard]] bool successful() const {
    if (!state_->ready()) throw std::logic_error("successful() needs a result that is ready");
    return state_->error() == nullptr;
  }

  /// Calls one of them, once: in the pool's thread when the result comes, or here and now when it has come. Callbacks may use the pool and
  /// its results, but must not wait for them, since it is they whom the pool waits for; one that throws ends the program. At most one
  /// then() for each result: throws std::logic_error.
  void then(std::function<void(const T&)> on_result, std::function<void(const std::exception_ptr&)> on_error = {}) const {
    state_->attach([on_result = std::move(on_result), on_error = std::move(on_error)](detail::ResultState<T>& state) {
      if (state.error()) {
        if (on_error) on_error(state.error());
      } else if (on_result) {
        on_result(state.get());
      }
    });
  }

 private:
  std::shared_ptr<detail::ResultState<T>> state_;
};

}  // namespace proberen::ipc
