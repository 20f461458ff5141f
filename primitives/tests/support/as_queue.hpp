/// AsQueue: an ipc::PriorityQueue with the interface of an ipc::Queue, so that what any queue must do can be asked of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "proberen/ipc/priority_queue.hpp"
#include "proberen/queue_result.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::test {

/// The member `number` of an item tells its priority, below `kNumber`. With one priority it is first in, first out.
template <class T, class Policy = ipc::detail::ShippedHeap, int kNumber = 1>
class AsQueue {
 public:
  AsQueue() = default;
  explicit AsQueue(std::size_t capacity) : queue_(capacity) {}

  QueueStatus put(const T& item) const { return queue_.put(item, priority_of(item)); }
  QueueStatus try_put(const T& item) const { return queue_.try_put(item, priority_of(item)); }
  QueueStatus put_for(const T& item, std::chrono::nanoseconds timeout) const { return queue_.put_for(item, priority_of(item), timeout); }
  QueueResult<T> get() const { return item_of(queue_.get()); }
  QueueResult<T> try_get() const { return item_of(queue_.try_get()); }
  QueueResult<T> get_for(std::chrono::nanoseconds timeout) const { return item_of(queue_.get_for(timeout)); }
  void close() const { queue_.close(); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }
  [[nodiscard]] std::size_t lost() const { return queue_.lost(); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(queue_);
  }

 private:
  static std::uint32_t priority_of(const T& item) {
    if constexpr (kNumber > 1) {
      return static_cast<std::uint32_t>(item.number % kNumber);
    } else {
      return 0;
    }
  }
  static QueueResult<T> item_of(QueueResult<ipc::Prioritized<T>> result) {
    return result ? QueueResult<T>(std::in_place, std::move(result->item)) : QueueResult<T>(result.status());
  }

  ipc::BasicPriorityQueue<T, Policy> queue_;
};

}  // namespace proberen::test
