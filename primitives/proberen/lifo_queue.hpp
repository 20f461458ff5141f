/// LifoQueue<T>: a multi-producer multi-consumer queue, bounded or not, whose newest item comes first, after Python's queue.LifoQueue. The
/// interface, its promises and its errors are those of detail/locked_queue.hpp. Constant time, amortized, under one lock.
#pragma once

#include <cstddef>

#include "proberen/default_platform.hpp"
#include "proberen/detail/locked_queue.hpp"
#include "proberen/detail/queue_orders.hpp"

namespace proberen {

template <class T, Platform P>
class BasicLifoQueue : public detail::LockedQueue<T, P, detail::Stack<detail::StoredItem<T>>> {
 public:
  /// Room for `capacity` items; 0: as many as memory holds.
  explicit BasicLifoQueue(std::size_t capacity = 0) : detail::LockedQueue<T, P, detail::Stack<detail::StoredItem<T>>>(capacity) {}
};

/// See BasicLifoQueue.
template <class T>
using LifoQueue = BasicLifoQueue<T, DefaultPlatform>;

}  // namespace proberen
