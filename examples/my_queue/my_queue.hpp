// A bounded queue with a bug for proberen to find.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>

namespace my {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  bool try_push(T item) {
    if (size_.load() >= capacity_) return false;  // the bug: two producers may both see room for one
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    size_.store(items_.size());
    return true;
  }

  std::optional<T> try_pop() {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    size_.store(items_.size());
    return item;
  }

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::deque<T> items_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace my
