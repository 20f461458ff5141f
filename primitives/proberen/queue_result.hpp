/// QueueResult: what comes of a get.
#pragma once

#include <optional>
#include <utility>

#include "proberen/queue_status.hpp"

namespace proberen {

/// An item, or why there is none.
template <class T>
class QueueResult {
 public:
  explicit QueueResult(QueueStatus status) : status_(status) {}
  QueueResult(std::in_place_t, T&& item) : item_(std::move(item)) {}

  [[nodiscard]] QueueStatus status() const { return status_; }
  [[nodiscard]] explicit operator bool() const { return item_.has_value(); }
  /// Precondition: there is an item.
  [[nodiscard]] T& operator*() & { return *item_; }
  [[nodiscard]] const T& operator*() const& { return *item_; }
  [[nodiscard]] T&& operator*() && { return std::move(*item_); }
  [[nodiscard]] T* operator->() { return &*item_; }
  [[nodiscard]] const T* operator->() const { return &*item_; }
  /// Throws std::bad_optional_access when there is none.
  [[nodiscard]] T value() && { return std::move(item_).value(); }

 private:
  QueueStatus status_ = QueueStatus::ok;
  std::optional<T> item_;
};

namespace detail {

/// As stopped_or() of a status.
template <class T>
[[nodiscard]] QueueResult<T> stopped_or(QueueResult<T> result) {
  return result ? std::move(result) : QueueResult<T>(stopped_or(result.status()));
}

}  // namespace detail
}  // namespace proberen
