/// ipc::PriorityQueue<T>: a bounded multi-producer multi-consumer queue between processes whose most urgent item comes first, after POSIX's
/// message queues (mq_send(3)) — with processes that may be killed at any moment.
///
///   proberen::ipc::PriorityQueue<std::string> queue(100);
///   queue.put("soon", 1);
///   queue.put("at once", 7);
///   auto next = queue.get();                      // next->item == "at once", next->priority == 7
///
/// Items come out by priority, the highest first; of equal ones the one that was put first. A handle, as ipc::Queue is (ipc/queue.hpp):
/// what is said there of copies, of entries' arguments, of returning calls and of processes that are killed or stopped inside a call, holds
/// here; but the queue has one side, so a process that is stopped inside a call holds up those who put and those who get.
///
/// Time logarithmic in the number of items; linear in the capacity once, after a death inside a call. Each item has a place of its own, so
/// there is room for `capacity` items whatever their sizes. Getting, in all its forms, closing and sizes are in
/// ipc/detail/queue_handle.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "proberen/deadline.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/ipc/detail/item_bytes.hpp"
#include "proberen/ipc/detail/message_heap.hpp"
#include "proberen/ipc/detail/queue_handle.hpp"
#include "proberen/ipc/detail/queue_memory.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/queue_result.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc {

/// What comes out of a PriorityQueue.
template <class T>
struct Prioritized {
  T item;
  std::uint32_t priority;
};

/// T as of Queue<T>.
template <class T, class Policy = detail::ShippedHeap>
class BasicPriorityQueue
    : public detail::QueueHandle<BasicPriorityQueue<T, Policy>, detail::MessageHeap<SharedPlatform, Policy>, Prioritized<T>> {
 public:
  /// The most bytes of an item, unless said.
  static constexpr std::size_t kItemBytes = std::is_trivially_copyable_v<T> ? sizeof(T) : 1024;

  /// No queue: calls throw std::logic_error. For entries' arguments.
  BasicPriorityQueue() noexcept = default;

  /// Room for `capacity` items, from 1 to 2^30, of at most `item_bytes` bytes, each with 40 bytes beside it. Throws std::invalid_argument
  /// when that is no capacity or more than 16 GiB, std::system_error when there is no memory.
  explicit BasicPriorityQueue(std::size_t capacity, std::size_t item_bytes = kItemBytes) {
    const std::size_t slot = Heap::slot_bytes(std::min(item_bytes, kTooLarge));
    this->create(detail::queue_bytes(capacity, slot), static_cast<std::uint32_t>(capacity), item_bytes);
  }

  /// Puts an item, waiting for room. ok or closed. All puts throw std::system_error (message_size) for an item of more than
  /// max_item_bytes(), and what its serialisation throws; then nothing is put.
  QueueStatus put(const T& item, std::uint32_t priority) const { return put_encoded(item, priority, true, kForever); }
  /// ok, full or closed. Never waits for room.
  QueueStatus try_put(const T& item, std::uint32_t priority) const { return put_encoded(item, priority, false, kForever); }
  /// ok, timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueStatus put_for(const T& item, std::uint32_t priority, const std::chrono::duration<Rep, Period>& timeout) const {
    return put_encoded(item, priority, true, deadline_after(SteadyClock::now(), timeout));
  }
  template <class Clock, class Duration>
  QueueStatus put_until(const T& item, std::uint32_t priority, const std::chrono::time_point<Clock, Duration>& instant) const {
    return this->put_until_instant(instant, [&](Deadline deadline) { return put_encoded(item, priority, true, deadline); });
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(const T& item, std::uint32_t priority, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) const {
    const Deadline deadline = proberen::detail::requested_deadline(SteadyClock::now(), blocking, timeout);
    return put_encoded(item, priority, blocking, blocking ? deadline : kForever);
  }

  /// Puts an item, waiting for room until a stop is requested. ok, stopped or closed. With a stop requested before, it does not wait. The
  /// stop also ends what the item's serialisation waits for with a limit.
  QueueStatus put(const T& item, std::uint32_t priority, const std::stop_token& token) const {
    return this->put_until_stopped(token, [&](Deadline deadline) { return put_encoded(item, priority, true, deadline); });
  }

 private:
  using Heap = detail::MessageHeap<SharedPlatform, Policy>;
  using Handle = detail::QueueHandle<BasicPriorityQueue, Heap, Prioritized<T>>;
  friend Handle;
  static constexpr std::size_t kTooLarge = std::size_t{1} << 35;  ///< for any queue, and for no sum

  QueueStatus put_encoded(const T& item, std::uint32_t priority, bool wait, Deadline deadline) const {
    return detail::with_bytes_of(item, [&](std::span<const std::byte> message) {
      Heap& to = this->core();
      if (message.size() > to.most_bytes()) detail::refuse_message(message.size(), to.most_bytes());
      return to.put(priority, message, wait, deadline);
    });
  }

  QueueResult<Prioritized<T>> get_decoded(bool wait, Deadline deadline) const {
    detail::Incoming<T> incoming;
    std::uint32_t priority_of_item = 0;
    const auto take = [&](std::uint32_t priority, std::span<const std::byte> message) {
      incoming.take(message, {});
      priority_of_item = priority;
    };
    const QueueStatus status = this->core().get(take, wait, deadline);
    if (status != QueueStatus::ok) return QueueResult<Prioritized<T>>(status);
    return QueueResult<Prioritized<T>>(std::in_place, {incoming.item(), priority_of_item});
  }
};

/// See BasicPriorityQueue.
template <class T>
using PriorityQueue = BasicPriorityQueue<T>;

}  // namespace proberen::ipc
