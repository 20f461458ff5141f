/// LockedQueue: a queue, bounded or not, under one lock, whose items come out in the order of its container; the deep part of LifoQueue and
/// PriorityQueue, after Python's queue.LifoQueue and queue.PriorityQueue.
///
/// Linearizable: every operation but join() and shutdown(immediate) takes effect at one instant under the lock. The same interface as
/// Queue<T> (queue_interface.hpp), with exact sizes. Items need only be movable; those whose move may throw are kept in boxes of their own,
/// so that a put that throws leaves the queue as it was, and a get whose last move throws loses that one item. No item is destroyed under
/// the lock, so a destructor may use the queue; what runs under it is the items' moves, the destruction of what was moved from, and the
/// comparison: these may not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "proberen/detail/event_count.hpp"
#include "proberen/detail/queue_interface.hpp"
#include "proberen/lock.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::detail {

/// What a queue keeps of a T: the T itself, or a box of it where a move might fail half-way.
template <class T>
inline constexpr bool kMovesSafely = std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<T>;
template <class T>
using StoredItem = std::conditional_t<kMovesSafely<T>, T, std::unique_ptr<T>>;

/// put() throws std::bad_alloc and what the items' moves and comparisons throw; then nothing has changed.
template <class T, Platform P, class Container>
class LockedQueue : public QueueInterface<LockedQueue<T, P, Container>, T, StoredItem<T>, P> {
 public:
  /// Room for `capacity` items; 0: as many as memory holds.
  explicit LockedQueue(std::size_t capacity = 0, Container items = Container()) : Interface(capacity), items_(std::move(items)) {}

  /// No more puts; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() {
    under_lock([this] { closed_ = true; });
    not_empty_.notify(kWakeAll);
    not_full_.notify(kWakeAll);
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

  /// Items in the queue, exactly, at one moment of the call.
  [[nodiscard]] std::size_t size() const {
    return under_lock([this] { return items_.size(); });
  }
  [[nodiscard]] bool closed() const {
    return under_lock([this] { return closed_; });
  }

 private:
  using Stored = StoredItem<T>;
  using Interface = QueueInterface<LockedQueue, T, Stored, P>;
  friend Interface;

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
      if (this->capacity() > 0 && items_.size() >= this->capacity()) return QueueStatus::full;
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
    if (status == QueueStatus::ok && this->capacity() > 0) not_full_.notify(1);
    return status;
  }

  template <class Settled>
  bool wait_for_room(Settled settled, Deadline deadline) {
    return not_full_.wait(settled, deadline);
  }
  template <class Settled>
  bool wait_for_item(Settled settled, Deadline deadline) {
    return not_empty_.wait(settled, deadline);
  }

  bool join_until_deadline(Deadline deadline) {
    const auto all_done = [this] { return under_lock([this] { return unfinished_ == 0; }); };
    return all_done() || all_done_.wait(all_done, deadline);
  }

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
