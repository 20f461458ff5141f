/// Queue<T>: a multi-producer multi-consumer FIFO, bounded or not, after Python's queue.Queue.
///
/// Linearizable: every operation takes effect at one instant between its call and its return. Items need only be movable. What happened is
/// told by value; nothing throws but allocation and the items' own constructors. Blocking operations spin briefly, then sleep. A bounded
/// queue is a ring (detail/queue_ring.hpp) and allocates once; an unbounded one is a list (detail/queue_chain.hpp).
///
/// Items whose move may throw are kept in boxes of their own, so that a move never fails half-way inside the queue: a put that throws
/// leaves the queue as it was; a get whose last move throws loses that one item.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "proberen/default_platform.hpp"
#include "proberen/detail/event_count.hpp"
#include "proberen/detail/queue_chain.hpp"
#include "proberen/detail/queue_ring.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/queue_status.hpp"

namespace proberen {

/// An item, or why there is none.
template <class T>
class QueueResult {
 public:
  explicit QueueResult(QueueStatus status) : status_(status) {}
  explicit QueueResult(T&& item) : item_(std::move(item)) {}

  [[nodiscard]] QueueStatus status() const { return status_; }
  [[nodiscard]] explicit operator bool() const { return item_.has_value(); }
  /// Precondition: there is an item.
  [[nodiscard]] T& operator*() & { return *item_; }
  [[nodiscard]] const T& operator*() const& { return *item_; }
  [[nodiscard]] T&& operator*() && { return std::move(*item_); }
  [[nodiscard]] T* operator->() { return &*item_; }
  /// Throws std::bad_optional_access when there is none.
  [[nodiscard]] T value() && { return std::move(item_).value(); }

 private:
  QueueStatus status_ = QueueStatus::ok;
  std::optional<T> item_;
};

template <class T, Platform P>
class BasicQueue {
 public:
  /// Room for `capacity` items; 0: as many as memory holds. Throws std::bad_alloc.
  explicit BasicQueue(std::size_t capacity = 0) : capacity_(capacity) {
    if (capacity > 0) core_.template emplace<Ring>(capacity);
  }
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;

  /// Puts an item, waiting for room. ok or closed. An item that is not put is not moved from.
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
    (void)detail::attempt_until<P>(instant, [&](Deadline deadline) {
      status = put_until_deadline(item, deadline);
      return status != QueueStatus::timeout;
    });
    return status;
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(T&& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    const Deadline deadline = detail::requested_deadline(P::now(), blocking, timeout);
    return blocking ? put_until_deadline(item, deadline) : put_now(item);
  }

  /// Gets the oldest item, waiting for one. Without an item: closed.
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
    (void)detail::attempt_until<P>(instant, [&](Deadline deadline) {
      result.emplace(get_until_deadline(deadline));
      return result->status() != QueueStatus::timeout;
    });
    return std::move(*result);
  }
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueResult<T> get(bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) {
    const Deadline deadline = detail::requested_deadline(P::now(), blocking, timeout);
    return blocking ? get_until_deadline(deadline) : get_now();
  }

  /// No more puts; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() {
    visit([](auto& core) { core.close(); });
    not_empty_.notify(kWakeAll);
    not_full_.notify(kWakeAll);
  }

  /// Closes; with `immediate`, also throws away the items that are left, as if each had been got and done.
  void shutdown(bool immediate = false) {
    close();
    // Not by get(): an item whose move throws would stop it half-way.
    for (std::optional<Stored> stored; immediate && get_stored(stored) == QueueStatus::ok; stored.reset()) (void)task_done();
  }

  /// Says that work on an item that was got is done. invalid_argument when called more often than items were put, and then nothing changes.
  std::error_code task_done() {
    std::uint64_t done = done_.load(std::memory_order_relaxed);
    std::uint64_t put = 0;
    do {
      put = put_count();
      if (done >= put) return std::make_error_code(std::errc::invalid_argument);
      // (1) release: synchronizes with the acquire (2): join returns after the work
    } while (!done_.compare_exchange_weak(done, done + 1, std::memory_order_release, std::memory_order_relaxed));
    // Whoever completes the count sees that it does: no later put is missed, since then there is more to do.
    if (done + 1 == put) all_done_.notify(kWakeAll);
    return {};
  }

  /// Waits until every item that was put is done.
  void join() { (void)join_until_deadline(kForever); }
  /// True when every item that was put was done in time.
  template <class Rep, class Period>
  [[nodiscard]] bool join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return join_until_deadline(deadline_after(P::now(), timeout));
  }

  /// Items in the queue at about this moment; a hint while others use it.
  [[nodiscard]] std::size_t size() const {
    return visit([](auto& core) {
      const std::uint64_t got = core.get_count();
      const std::uint64_t put = core.put_count();
      return static_cast<std::size_t>(put > got ? put - got : 0);
    });
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool full() const { return capacity_ > 0 && size() >= capacity_; }
  /// 0: unbounded.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] bool closed() const {
    return visit([](auto& core) { return core.closed(); });
  }

 private:
  static constexpr bool kMoveIsSafe = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>;
  using Stored = std::conditional_t<kMoveIsSafe, T, std::unique_ptr<T>>;
  using Ring = detail::QueueRing<Stored, P>;
  using Chain = detail::QueueChain<Stored, P>;

  template <class Visitor>
  decltype(auto) visit(Visitor visitor) {
    if (Ring* const ring = std::get_if<Ring>(&core_)) return visitor(*ring);
    return visitor(*std::get_if<Chain>(&core_));
  }
  template <class Visitor>
  decltype(auto) visit(Visitor visitor) const {
    if (const Ring* const ring = std::get_if<Ring>(&core_)) return visitor(*ring);
    return visitor(*std::get_if<Chain>(&core_));
  }

  std::uint64_t put_count() const {
    return visit([](auto& core) { return core.put_count(); });
  }

  QueueStatus put_stored(Stored& stored) {
    const QueueStatus status = visit([&](auto& core) { return core.try_put(stored); });
    if (status == QueueStatus::ok) not_empty_.notify(1);
    return status;
  }

  /// Runs `put(Stored&)` on the item in the form in which it is kept; gives it back when it was not put.
  template <class Put>
  QueueStatus with_stored(T& item, Put put) {
    if constexpr (kMoveIsSafe) {
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
      return spin(settled) || not_full_.wait(settled, deadline) ? status : QueueStatus::timeout;
    });
  }

  QueueStatus get_stored(std::optional<Stored>& stored) {
    const QueueStatus status = visit([&](auto& core) { return core.try_get(stored); });
    if (status == QueueStatus::ok && capacity_ > 0) not_full_.notify(1);
    return status;
  }

  static QueueResult<T> opened(QueueStatus status, std::optional<Stored>& stored) {
    if (status != QueueStatus::ok) return QueueResult<T>(status);
    if constexpr (kMoveIsSafe) {
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
      if (!spin(settled) && !not_empty_.wait(settled, deadline)) status = QueueStatus::timeout;
    }
    return opened(status, stored);
  }

  bool join_until_deadline(Deadline deadline) {
    const auto all_done = [this] {
      // (2) acquire: synchronizes with the release (1). Read before the count of puts, which only grows: equal then means equal now.
      const std::uint64_t done = done_.load(std::memory_order_acquire);
      return done == put_count();
    };
    return all_done() || all_done_.wait(all_done, deadline);
  }

  /// A short wait for the other side to do something: sleeping and waking cost a hundred times as much. Looks less and less often, because
  /// each look takes the slot's cache line away from the thread that is about to fill it, and because many items at once are cheaper than
  /// one by one.
  template <class Settled>
  static bool spin(Settled settled) {
    for (int pause = 8, spent = 0; spent < P::spin_limit(); spent += pause, pause *= 2) {
      for (int i = 0; i < pause; ++i) P::relax();
      if (settled()) return true;
    }
    return false;
  }

  const std::size_t capacity_;
  std::variant<Chain, Ring> core_;
  alignas(detail::kLine) detail::EventCount<P> not_empty_;
  detail::EventCount<P> not_full_;
  detail::EventCount<P> all_done_;
  typename P::template Atomic<std::uint64_t> done_{0};  ///< calls of task_done; at most the items ever put
};

/// See BasicQueue.
template <class T>
using Queue = BasicQueue<T, DefaultPlatform>;

}  // namespace proberen
