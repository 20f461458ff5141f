/// LockedQueue: a queue, bounded or not, under one lock, whose items come out in the order of its container; the deep part of LifoQueue and
/// PriorityQueue, after Python's queue.LifoQueue and queue.PriorityQueue.
///
/// Linearizable: every operation but join() and shutdown(immediate) takes effect at one instant under the lock. The same interface as
/// Queue<T>, with exact sizes. Items need only be movable; those whose move may throw are kept in boxes of their own, so that a put that
/// throws leaves the queue as it was, and a get whose last move throws loses that one item. No item is destroyed under the lock, so a
/// destructor may use the queue; what runs under it is the items' moves, the destruction of what was moved from, and the comparison: these
/// may not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "proberen/detail/event_count.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/lock.hpp"
#include "proberen/queue.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::detail {

/// What a queue keeps of a T: the T itself, or a box of it where a move might fail half-way.
template <class T>
inline constexpr bool kMovesSafely = std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<T>;
template <class T>
using StoredItem = std::conditional_t<kMovesSafely<T>, T, std::unique_ptr<T>>;

template <class T, Platform P, class Container>
class LockedQueue {
 public:
  /// Room for `capacity` items; 0: as many as memory holds.
  explicit LockedQueue(std::size_t capacity = 0, Container items = Container()) : capacity_(capacity), items_(std::move(items)) {}
  LockedQueue(const LockedQueue&) = delete;
  LockedQueue& operator=(const LockedQueue&) = delete;

  /// Puts an item, waiting for room. ok or closed. An item that is not put is not moved from. Throws std::bad_alloc and what the items'
  /// moves and comparisons throw; then nothing has changed.
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
  template <class Clock, class Duration>
  QueueStatus put_until(T&& item, const std::chrono::time_point<Clock, Duration>& instant) {
    QueueStatus status = QueueStatus::timeout;
    (void)attempt_until<P>(instant, [&](Deadline deadline) {
      status = put_until_deadline(item, deadline);
      return status != QueueStatus::timeout;
    });
    return status;
  }
  /// kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a call that does not
  /// block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(T&& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    const Deadline deadline = requested_deadline(P::now(), blocking, timeout);
    return blocking ? put_until_deadline(item, deadline) : put_now(item);
  }

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

  /// No more puts; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() {
    under_lock([this] { closed_ = true; });
    not_empty_.notify(kWakeAll);
    not_full_.notify(kWakeAll);
  }

  /// Closes; with `immediate`, also throws away the items that are left, as if each had been got and done.
  void shutdown(bool immediate = false) {
    close();
    for (std::optional<Stored> stored; immediate && get_stored(stored) == QueueStatus::ok; stored.reset()) (void)task_done();
  }

  /// Says that work on an item that was got is done. invalid_argument when called more often than items were put, and then nothing changes.
  std::error_code task_done() {
    std::uint64_t before = 0;
    under_lock([&] {
      before = unfinished_;
      if (before > 0) --unfinished_;
    });
    if (before == 0) return std::make_error_code(std::errc::invalid_argument);
    if (before == 1) all_done_.notify(kWakeAll);
    return {};
  }

  /// Waits until every item that was put is done.
  void join() { (void)join_until_deadline(kForever); }
  /// True when every item that was put was done in time.
  template <class Rep, class Period>
  [[nodiscard]] bool join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return join_until_deadline(deadline_after(P::now(), timeout));
  }

  /// Items in the queue, exactly, at one moment of the call.
  [[nodiscard]] std::size_t size() const {
    return under_lock([this] { return items_.size(); });
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool full() const { return capacity_ > 0 && size() >= capacity_; }
  /// 0: unbounded.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] bool closed() const {
    return under_lock([this] { return closed_; });
  }

 private:
  using Stored = StoredItem<T>;

  template <class Action>
  decltype(auto) under_lock(Action action) const {
    const std::scoped_lock hold(lock_);
    mark_.read();
    return action();
  }
  template <class Action>
  decltype(auto) under_lock(Action action) {
    const std::scoped_lock hold(lock_);
    mark_.write();
    return action();
  }

  QueueStatus put_stored(Stored& stored) {
    const QueueStatus status = under_lock([&] {
      if (closed_) return QueueStatus::closed;
      if (capacity_ > 0 && items_.size() >= capacity_) return QueueStatus::full;
      items_.put(stored);
      ++unfinished_;
      return QueueStatus::ok;
    });
    if (status == QueueStatus::ok) not_empty_.notify(1);
    return status;
  }

  QueueStatus get_stored(std::optional<Stored>& stored) {
    const QueueStatus status = under_lock([&] {
      if (items_.size() == 0) return closed_ ? QueueStatus::closed : QueueStatus::empty;
      stored.emplace(items_.take());
      return QueueStatus::ok;
    });
    if (status == QueueStatus::ok && capacity_ > 0) not_full_.notify(1);
    return status;
  }

  /// Runs `put(Stored&)` on the item in the form in which it is kept; gives it back when it was not put.
  template <class Put>
  static QueueStatus with_stored(T& item, Put put) {
    if constexpr (kMovesSafely<T>) {
      return put(item);
    } else {
      auto box = std::make_unique<T>(std::move_if_noexcept(item));
      const QueueStatus status = put(box);
      if (status != QueueStatus::ok) item = std::move(*box);
      return status;
    }
  }

  QueueStatus put_now(T& item) {
    return with_stored(item, [this](Stored& stored) { return put_stored(stored); });
  }

  QueueStatus put_until_deadline(T& item, Deadline deadline) {
    return with_stored(item, [&](Stored& stored) {
      QueueStatus status = put_stored(stored);
      if (status != QueueStatus::full) return status;
      const auto settled = [&] { return (status = put_stored(stored)) != QueueStatus::full; };
      return not_full_.wait(settled, deadline) ? status : QueueStatus::timeout;
    });
  }

  static QueueResult<T> opened(QueueStatus status, std::optional<Stored>& stored) {
    if (status != QueueStatus::ok) return QueueResult<T>(status);
    if constexpr (kMovesSafely<T>) {
      return QueueResult<T>(std::move(*stored));
    } else {
      return QueueResult<T>(std::move(**stored));
    }
  }

  QueueResult<T> get_now() {
    std::optional<Stored> stored;
    const QueueStatus status = get_stored(stored);
    return opened(status, stored);
  }

  QueueResult<T> get_until_deadline(Deadline deadline) {
    std::optional<Stored> stored;
    QueueStatus status = get_stored(stored);
    if (status == QueueStatus::empty) {
      const auto settled = [&] { return (status = get_stored(stored)) != QueueStatus::empty; };
      if (!not_empty_.wait(settled, deadline)) status = QueueStatus::timeout;
    }
    return opened(status, stored);
  }

  bool join_until_deadline(Deadline deadline) {
    const auto all_done = [this] { return under_lock([this] { return unfinished_ == 0; }); };
    return all_done() || all_done_.wait(all_done, deadline);
  }

  const std::size_t capacity_;
  mutable BasicLock<P> lock_;
  // Under the lock:
  [[no_unique_address]] typename P::SharedData mark_;
  Container items_;
  std::uint64_t unfinished_ = 0;  ///< items put and not yet done; at least those in the queue, but for task_done() called too early
  bool closed_ = false;           ///< never cleared

  EventCount<P> not_empty_;
  EventCount<P> not_full_;
  EventCount<P> all_done_;
};

}  // namespace proberen::detail
