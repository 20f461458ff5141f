/// QueueInterface: what callers of a queue see, over the few steps in which queues differ; the base of BasicQueue and LockedQueue.
///
/// `Self` derives from it and has, for an item in the form `Stored` in which it is kept, a T or a box of one:
///
///   put_stored(Stored&)                   ok, full or closed; takes the item with ok alone
///   get_stored(std::optional<Stored>&)    ok, empty or closed
///   wait_for_room(settled, deadline)      until settled(), which tries to put; false when the deadline passed and one more try was in vain
///   wait_for_item(settled, deadline)      the same, for a get
///   join_until_deadline(deadline)         whether every item that was put was done in time
///   close(), task_done(), size()
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/platform.hpp"
#include "proberen/queue_result.hpp"
#include "proberen/queue_status.hpp"
#include "proberen/scope.hpp"

namespace proberen::detail {

template <class Self, class T, class Stored, Platform P>
class QueueInterface {
 public:
  /// Whatever the platform: items are in the memory of one process.
  static constexpr Scope kScope = Scope::kProcessPrivate;

  QueueInterface(const QueueInterface&) = delete;
  QueueInterface& operator=(const QueueInterface&) = delete;

  /// Puts an item, waiting for room. ok or closed. An item that is not put is not moved from, unless this throws and so may its move.
  QueueStatus put(T&& item) { return put_until_deadline(item, kForever); }
  QueueStatus put(const T& item) { return put(T(item)); }
  /// ok, full or closed. Never waits for room.
  QueueStatus try_put(T&& item) { return put_now(item); }
  QueueStatus try_put(const T& item) { return try_put(T(item)); }
  /// ok, timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueStatus put_for(T&& item, const std::chrono::duration<Rep, Period>& timeout) {
    return put_until_deadline(item, deadline_after(P::now(), timeout));
  }
  template <class Rep, class Period>
  QueueStatus put_for(const T& item, const std::chrono::duration<Rep, Period>& timeout) {
    return put_for(T(item), timeout);
  }
  template <class Clock, class Duration>
  QueueStatus put_until(T&& item, const std::chrono::time_point<Clock, Duration>& instant) {
    QueueStatus status = QueueStatus::timeout;
    (void)attempt_until<P>(instant, [&](Deadline deadline) {
      status = put_until_deadline(item, deadline);
      return status != QueueStatus::timeout;
    });
    return status;
  }
  template <class Clock, class Duration>
  QueueStatus put_until(const T& item, const std::chrono::time_point<Clock, Duration>& instant) {
    return put_until(T(item), instant);
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(T&& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    const Deadline deadline = requested_deadline(P::now(), blocking, timeout);
    return blocking ? put_until_deadline(item, deadline) : put_now(item);
  }
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(const T& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    return put(T(item), blocking, timeout);
  }

  /// Puts an item, waiting for room until a stop is requested. ok, stopped or closed. With a stop requested before, it does not wait. The
  /// stop also ends what a move of the item waits for with a limit.
  QueueStatus put(T&& item, const std::stop_token& token) {
    const auto put = [&](Deadline deadline) { return put_until_deadline(item, deadline); };
    return stopped_or(until_stopped(token, put));
  }
  QueueStatus put(const T& item, const std::stop_token& token) { return put(T(item), token); }

  /// Gets the next item, waiting for one. Without an item: closed.
  QueueResult<T> get() { return get_until_deadline(kForever); }
  /// Without an item: empty or closed. Never waits for one.
  QueueResult<T> try_get() { return get_now(); }
  /// Without an item: timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueResult<T> get_for(const std::chrono::duration<Rep, Period>& timeout) {
    return get_until_deadline(deadline_after(P::now(), timeout));
  }
  template <class Clock, class Duration>
  QueueResult<T> get_until(const std::chrono::time_point<Clock, Duration>& instant) {
    std::optional<QueueResult<T>> result;
    (void)attempt_until<P>(instant, [&](Deadline deadline) {
      result.emplace(get_until_deadline(deadline));
      return result->status() != QueueStatus::timeout;
    });
    return std::move(*result);
  }
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueResult<T> get(bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    const Deadline deadline = requested_deadline(P::now(), blocking, timeout);
    return blocking ? get_until_deadline(deadline) : get_now();
  }

  /// Gets the next item, waiting for one until a stop is requested. Without an item: stopped or closed. With a stop requested before, it
  /// does not wait.
  QueueResult<T> get(const std::stop_token& token) {
    return stopped_or(until_stopped(token, [this](Deadline deadline) { return get_until_deadline(deadline); }));
  }

  /// Closes; with `immediate`, also throws away the items that are left, as if each had been got and done.
  void shutdown(bool immediate = false) {
    self().close();
    // Not by get(): an item whose move throws would stop it half-way.
    for (std::optional<Stored> stored; immediate && self().get_stored(stored) == QueueStatus::ok; stored.reset()) (void)self().task_done();
  }

  /// Waits until every item that was put is done.
  void join() { (void)self().join_until_deadline(kForever); }
  /// True when every item that was put was done in time.
  template <class Rep, class Period>
  [[nodiscard]] bool join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return self().join_until_deadline(deadline_after(P::now(), timeout));
  }

  /// True when every item that was put was done before a stop was requested.
  [[nodiscard]] bool join(const std::stop_token& token) {
    return until_stopped(token, [this](Deadline deadline) { return self().join_until_deadline(deadline); });
  }

  [[nodiscard]] bool empty() const { return self().size() == 0; }
  [[nodiscard]] bool full() const { return capacity_ > 0 && self().size() >= capacity_; }
  /// 0: unbounded.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 protected:
  explicit QueueInterface(std::size_t capacity) : capacity_(capacity) {}

 private:
  static constexpr bool kKeptAsItIs = std::is_same_v<Stored, T>;

  [[nodiscard]] Self& self() { return static_cast<Self&>(*this); }
  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }

  /// Runs `put(Stored&)` on the item in the form in which it is kept; gives it back when it was not put.
  template <class Put>
  static QueueStatus with_stored(T& item, Put put) {
    if constexpr (kKeptAsItIs) {
      return put(item);
    } else {
      auto box = std::make_unique<T>(std::move_if_noexcept(item));
      const QueueStatus status = put(box);
      // Where it could be copied it was, and is as it was.
      if constexpr (!std::is_copy_constructible_v<T>) {
        if (status != QueueStatus::ok) item = std::move(*box);
      }
      return status;
    }
  }

  QueueStatus put_now(T& item) {
    return with_stored(item, [this](Stored& stored) { return self().put_stored(stored); });
  }

  QueueStatus put_until_deadline(T& item, Deadline deadline) {
    return with_stored(item, [&](Stored& stored) {
      QueueStatus status = self().put_stored(stored);
      if (status != QueueStatus::full) return status;
      const auto settled = [&] { return (status = self().put_stored(stored)) != QueueStatus::full; };
      return self().wait_for_room(settled, deadline) ? status : QueueStatus::timeout;
    });
  }

  static QueueResult<T> opened(QueueStatus status, std::optional<Stored>& stored) {
    if (status != QueueStatus::ok) return QueueResult<T>(status);
    if constexpr (kKeptAsItIs) {
      return QueueResult<T>(std::in_place, std::move(*stored));
    } else {
      return QueueResult<T>(std::in_place, std::move(**stored));
    }
  }

  QueueResult<T> get_now() {
    std::optional<Stored> stored;
    const QueueStatus status = self().get_stored(stored);
    return opened(status, stored);
  }

  QueueResult<T> get_until_deadline(Deadline deadline) {
    std::optional<Stored> stored;
    QueueStatus status = self().get_stored(stored);
    if (status == QueueStatus::empty) {
      const auto settled = [&] { return (status = self().get_stored(stored)) != QueueStatus::empty; };
      if (!self().wait_for_item(settled, deadline)) status = QueueStatus::timeout;
    }
    return opened(status, stored);
  }

  const std::size_t capacity_;
};

}  // namespace proberen::detail
