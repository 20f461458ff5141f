/// ipc::Queue<T>: a bounded multi-producer multi-consumer FIFO between processes, after Python's multiprocessing.Queue — with no thread
/// behind it, and with processes that may be killed at any moment.
///
///   proberen::ipc::Queue<std::string> queue(100);
///   context.start("work", queue);                 // an entry that takes (const Queue<std::string>&) or a copy
///   queue.put("a task");
///
/// It is memory behind a descriptor. A Queue is a handle: copies of it, also those that entries are given, are the same queue, which goes
/// with the last of them. Any threads of any processes (of one PID namespace) may put and get at once; items come out in the order in which
/// they were put.
///
/// When put() returns, the item is in the shared memory, and stays there whatever becomes of the process. When get() returns, the item
/// belongs to the process alone, and ends with it. A process that is killed inside a call holds nobody up, and at most the item of that
/// call is lost; lost() counts those that were begun. (Who sleeps when its only partner dies between making an item visible and waking
/// looks again within 20 ms.) A process that is stopped inside a call may hold up its side of the queue until it goes on or is killed;
/// timed calls give up on it a second after their deadline.
///
/// There is no task_done() and no join(): a worker killed between get() and task_done() would let join() wait for ever.
///
/// Getting, in all its forms, closing and sizes are in ipc/detail/queue_handle.hpp.
#pragma once

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
#include "proberen/ipc/detail/message_ring.hpp"
#include "proberen/ipc/detail/queue_handle.hpp"
#include "proberen/ipc/detail/queue_memory.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/queue_result.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc {

/// T is copied bit by bit when it is trivially copyable, as its characters when it is std::string, and by cereal otherwise, in the thread
/// that calls: what T's functions throw reaches the caller of put(), and the queue is as it was; what they throw in get() loses that item.
template <class T, class Policy = detail::ShippedRing>
class BasicQueue : public detail::QueueHandle<BasicQueue<T, Policy>, detail::MessageRing<SharedPlatform, Policy>, T> {
 public:
  /// The most bytes of an item of which `capacity` always fit, unless said.
  static constexpr std::size_t kItemBytes = std::is_trivially_copyable_v<T> ? sizeof(T) : 1024;

  /// No queue: calls throw std::logic_error. For entries' arguments.
  BasicQueue() noexcept = default;

  /// Room for `capacity` items, from 1 to 2^30, if they have at most `item_bytes` bytes. A larger one takes the room of several; the
  /// largest has max_item_bytes(). The memory, a power of two, is taken from the system when it is first used. Throws std::invalid_argument
  /// when that is no capacity or more than 16 GiB, std::system_error when there is no memory.
  explicit BasicQueue(std::size_t capacity, std::size_t item_bytes = kItemBytes) {
    const std::size_t of_item = 1 + item_bytes / Ring::kUnit + (item_bytes % Ring::kUnit != 0 ? 1 : 0);
    const std::uint32_t units = detail::queue_units(capacity, of_item);
    this->create(units * Ring::kUnit, static_cast<std::uint32_t>(capacity), units);
  }

  /// Puts an item, waiting for room. ok or closed. All puts throw std::system_error (message_size) for an item of more than
  /// max_item_bytes(), and what its serialisation throws; then nothing is put.
  QueueStatus put(const T& item) const { return put_encoded(item, true, kForever); }
  /// ok, full or closed. Never waits for room.
  QueueStatus try_put(const T& item) const { return put_encoded(item, false, kForever); }
  /// ok, timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueStatus put_for(const T& item, const std::chrono::duration<Rep, Period>& timeout) const {
    return put_encoded(item, true, deadline_after(SteadyClock::now(), timeout));
  }
  template <class Clock, class Duration>
  QueueStatus put_until(const T& item, const std::chrono::time_point<Clock, Duration>& instant) const {
    return this->put_until_instant(instant, [&](Deadline deadline) { return put_encoded(item, true, deadline); });
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(const T& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) const {
    const Deadline deadline = proberen::detail::requested_deadline(SteadyClock::now(), blocking, timeout);
    return put_encoded(item, blocking, blocking ? deadline : kForever);
  }

  /// Puts an item, waiting for room until a stop is requested. ok, stopped or closed. With a stop requested before, it does not wait. The
  /// stop also ends what the item's serialisation waits for with a limit.
  QueueStatus put(const T& item, const std::stop_token& token) const {
    return this->put_until_stopped(token, [&](Deadline deadline) { return put_encoded(item, true, deadline); });
  }

 private:
  using Ring = detail::MessageRing<SharedPlatform, Policy>;
  using Handle = detail::QueueHandle<BasicQueue, Ring, T>;
  friend Handle;

  QueueStatus put_encoded(const T& item, bool wait, Deadline deadline) const {
    return detail::with_bytes_of(item, [&](std::span<const std::byte> message) {
      Ring& to = this->core();
      if (message.size() > to.most_bytes()) detail::refuse_message(message.size(), to.most_bytes());
      return to.put(message, wait, deadline);
    });
  }

  QueueResult<T> get_decoded(bool wait, Deadline deadline) const {
    detail::Incoming<T> incoming;
    const auto take = [&](std::span<const std::byte> first, std::span<const std::byte> second) { incoming.take(first, second); };
    const QueueStatus status = this->core().get(take, wait, deadline);
    return status == QueueStatus::ok ? QueueResult<T>(std::in_place, incoming.item()) : QueueResult<T>(status);
  }
};

/// See BasicQueue.
template <class T>
using Queue = BasicQueue<T>;

}  // namespace proberen::ipc
