/// Queues that are wrong, each in one way: what a test says of them shows that the test can fail.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "proberen/queue.hpp"

namespace proberen::test {

enum class QueueFault { none, newest_first, forgets_capacity, drops_some, doubles_some, forgets_leftovers };

/// A queue under one lock, whose waits poll; right but for its fault.
template <class T, QueueFault kFault>
class PlainQueue {
 public:
  explicit PlainQueue(std::size_t capacity = 0) : capacity_(capacity) {}

  QueueStatus try_put(T item) {
    const std::lock_guard guard(mutex_);
    if (closed_) return QueueStatus::closed;
    if (kFault != QueueFault::forgets_capacity && capacity_ > 0 && items_.size() >= capacity_) return QueueStatus::full;
    const bool nth = ++puts_ % 100 == 0;
    if (kFault == QueueFault::drops_some && nth) return QueueStatus::ok;
    items_.push_back(item);
    if (kFault == QueueFault::doubles_some && nth) items_.push_back(std::move(item));
    return QueueStatus::ok;
  }
  QueueStatus put(T item) {
    for (;;) {
      if (const QueueStatus status = try_put(item); status != QueueStatus::full) return status;
      std::this_thread::yield();
    }
  }
  template <class Duration>
  QueueStatus put_for(T item, Duration) {
    return try_put(std::move(item));
  }

  QueueResult<T> try_get() {
    const std::lock_guard guard(mutex_);
    if (items_.empty()) return QueueResult<T>(closed_ ? QueueStatus::closed : QueueStatus::empty);
    const auto next = kFault == QueueFault::newest_first ? items_.end() - 1 : items_.begin();
    T item = std::move(*next);
    items_.erase(next);
    return QueueResult<T>(std::in_place, std::move(item));
  }
  QueueResult<T> get() {
    for (;;) {
      if (QueueResult<T> item = try_get(); item.status() != QueueStatus::empty) return item;
      std::this_thread::yield();
    }
  }
  template <class Duration>
  QueueResult<T> get_for(Duration) {
    return try_get();
  }

  void close() {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    if (kFault == QueueFault::forgets_leftovers) items_.clear();
  }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
  std::size_t capacity_;
  std::size_t puts_ = 0;
  bool closed_ = false;
};

}  // namespace proberen::test
