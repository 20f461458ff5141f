/// PriorityQueue<T, Compare>: a multi-producer multi-consumer queue, bounded or not, whose smallest item comes first, after Python's
/// queue.PriorityQueue; of items that are equal by `Compare`, the one that was put first. The interface, its promises and its errors are
/// those of detail/locked_queue.hpp. Logarithmic time under one lock.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "proberen/default_platform.hpp"
#include "proberen/detail/locked_queue.hpp"
#include "proberen/detail/queue_orders.hpp"

namespace proberen {
namespace detail {

/// `Compare` on items in the form in which they are kept.
template <class T, class Compare>
struct StoredCompare {
  bool operator()(const T& left, const T& right) const { return compare(left, right); }
  bool operator()(const std::unique_ptr<T>& left, const std::unique_ptr<T>& right) const requires(!kMovesSafely<T>) {
    return compare(*left, *right);
  }
  [[no_unique_address]] Compare compare;
};

template <class T, class Compare>
using PriorityOrder = Heap<StoredItem<T>, StoredCompare<T, Compare>>;

}  // namespace detail

/// `Compare` is a strict weak order: std::less unless said, so the smallest first.
template <class T, Platform P, class Compare = std::less<T>>
class BasicPriorityQueue : public detail::LockedQueue<T, P, detail::PriorityOrder<T, Compare>> {
 public:
  /// Room for `capacity` items; 0: as many as memory holds.
  explicit BasicPriorityQueue(std::size_t capacity = 0, Compare compare = Compare())
      : detail::LockedQueue<T, P, detail::PriorityOrder<T, Compare>>(capacity, detail::PriorityOrder<T, Compare>({std::move(compare)})) {}
};

/// See BasicPriorityQueue.
template <class T, class Compare = std::less<T>>
using PriorityQueue = BasicPriorityQueue<T, DefaultPlatform, Compare>;

}  // namespace proberen
