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
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/item_bytes.hpp"
#include "proberen/ipc/detail/message_ring.hpp"
#include "proberen/ipc/detail/queue_memory.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/queue.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc {

/// T is copied bit by bit when it is trivially copyable, as its characters when it is std::string, and by cereal otherwise, in the thread
/// that calls: what T's functions throw reaches the caller of put(), and the queue is as it was; what they throw in get() loses that item.
template <class T, class Policy = detail::ShippedRing>
class BasicQueue {
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
    auto memory = std::make_shared<detail::QueueMemory>(detail::QueueMemory::create(sizeof(Ring) + units * Ring::kUnit));
    ::new (memory->ring()) Ring(static_cast<std::uint32_t>(capacity), units);
    memory->set_label(kind());
    memory_ = std::move(memory);
  }

  /// The queue behind a descriptor that came from duplicate_descriptor(), perhaps of another process of this program. Throws
  /// std::system_error when it cannot be mapped, std::invalid_argument when it is no queue of such items.
  [[nodiscard]] static BasicQueue map(Descriptor descriptor) {
    BasicQueue queue;
    queue.memory_ = std::make_shared<detail::QueueMemory>(detail::QueueMemory::map(std::move(descriptor), kind()));
    return queue;
  }
  /// Throws std::system_error.
  [[nodiscard]] Descriptor duplicate_descriptor() const { return memory().descriptor().duplicate(); }
  [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }

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
    QueueStatus status = QueueStatus::timeout;
    (void)proberen::detail::attempt_until<SharedPlatform>(instant, [&](Deadline deadline) {
      status = put_encoded(item, true, deadline);
      return status != QueueStatus::timeout;
    });
    return status;
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueStatus put(const T& item, bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) const {
    const Deadline deadline = proberen::detail::requested_deadline(SteadyClock::now(), blocking, timeout);
    return put_encoded(item, blocking, blocking ? deadline : kForever);
  }

  /// Puts an item, waiting for room until a stop is requested. ok, stopped or closed. With a stop requested before, it does not wait.
  QueueStatus put(const T& item, const std::stop_token& token) const {
    const auto put = [&](Deadline deadline) { return put_encoded(item, true, deadline); };
    return proberen::detail::stopped_or(proberen::detail::until_stopped(token, put));
  }

  /// Gets the oldest item, waiting for one. Without an item: closed. All gets throw what the item's deserialisation throws, and then that
  /// item is gone; and std::bad_alloc, and then it stays.
  QueueResult<T> get() const { return get_decoded(true, kForever); }
  /// Without an item: empty or closed. Never waits for one.
  QueueResult<T> try_get() const { return get_decoded(false, kForever); }
  /// Without an item: timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueResult<T> get_for(const std::chrono::duration<Rep, Period>& timeout) const {
    return get_decoded(true, deadline_after(SteadyClock::now(), timeout));
  }
  template <class Clock, class Duration>
  QueueResult<T> get_until(const std::chrono::time_point<Clock, Duration>& instant) const {
    std::optional<QueueResult<T>> result;
    (void)proberen::detail::attempt_until<SharedPlatform>(instant, [&](Deadline deadline) {
      result.emplace(get_decoded(true, deadline));
      return result->status() != QueueStatus::timeout;
    });
    return std::move(*result);
  }
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueResult<T> get(bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) const {
    const Deadline deadline = proberen::detail::requested_deadline(SteadyClock::now(), blocking, timeout);
    return get_decoded(blocking, blocking ? deadline : kForever);
  }

  /// Gets the oldest item, waiting for one until a stop is requested. Without an item: stopped or closed. With a stop requested before, it
  /// does not wait.
  QueueResult<T> get(const std::stop_token& token) const {
    auto result = proberen::detail::until_stopped(token, [this](Deadline deadline) { return get_decoded(true, deadline); });
    return result ? std::move(result) : QueueResult<T>(proberen::detail::stopped_or(result.status()));
  }

  /// No more puts by any process; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() const { ring().close(); }
  [[nodiscard]] bool closed() const { return ring().closed(); }

  /// Items in the queue at about this moment; a hint while others use it.
  [[nodiscard]] std::size_t size() const { return ring().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool full() const { return size() >= capacity(); }
  [[nodiscard]] std::size_t capacity() const { return ring().capacity(); }
  /// The most bytes that an item may have, serialised.
  [[nodiscard]] std::size_t max_item_bytes() const { return ring().most_bytes(); }
  /// Items lost with processes that were killed inside put() or get(), up to now.
  [[nodiscard]] std::size_t lost() const { return ring().lost(); }

  /// For entries' arguments: see Descriptor.
  friend void save(cereal::BinaryOutputArchive& archive, const BasicQueue& queue) {
    const Descriptor none;
    archive(queue ? queue.memory_->descriptor() : none);
  }
  friend void load(cereal::BinaryInputArchive& archive, BasicQueue& queue) {
    Descriptor descriptor;
    archive(descriptor);
    queue = descriptor ? map(std::move(descriptor)) : BasicQueue();
  }

 private:
  using Ring = detail::MessageRing<SharedPlatform, Policy>;
  static_assert(std::is_trivially_destructible_v<Ring> && std::is_standard_layout_v<Ring> && alignof(Ring) <= 64);

  /// The same in all processes of one program, whatever their addresses; never 0.
  static std::uint64_t kind() { return (typeid(BasicQueue).hash_code() ^ sizeof(Ring)) | 1; }

  [[nodiscard]] const detail::QueueMemory& memory() const {
    if (!memory_) throw std::logic_error("this ipc::Queue is no queue: it was made without a capacity, or moved from");
    return *memory_;
  }
  [[nodiscard]] Ring& ring() const { return *std::launder(static_cast<Ring*>(memory().ring())); }

  QueueStatus put_encoded(const T& item, bool wait, Deadline deadline) const {
    std::string scratch;
    if constexpr (!std::is_trivially_copyable_v<T>) scratch = std::move(kept_scratch());
    const QueueStatus status = put_message(detail::ItemBytes<T>::encode(item, scratch), wait, deadline);
    constexpr std::size_t kWorthKeeping = 1 << 20;
    if constexpr (!std::is_trivially_copyable_v<T>) {
      if (scratch.capacity() <= kWorthKeeping) kept_scratch() = std::move(scratch);
    }
    return status;
  }

  QueueStatus put_message(std::span<const std::byte> message, bool wait, Deadline deadline) const {
    Ring& to = ring();
    if (message.size() > to.most_bytes()) detail::refuse_message(message.size(), to.most_bytes());
    return to.put(message, wait, deadline);
  }

  /// Memory for the next item of this thread. Moved out while it is in use, in case an item's serialisation puts another.
  static std::string& kept_scratch() {
    static thread_local std::string kept;
    return kept;
  }

  QueueResult<T> get_decoded(bool wait, Deadline deadline) const {
    detail::Incoming<T> incoming;
    const auto take = [&](std::span<const std::byte> first, std::span<const std::byte> second) { incoming.take(first, second); };
    const QueueStatus status = ring().get(take, wait, deadline);
    return status == QueueStatus::ok ? QueueResult<T>(std::in_place, incoming.item()) : QueueResult<T>(status);
  }

  std::shared_ptr<const detail::QueueMemory> memory_;
};

/// See BasicQueue.
template <class T>
using Queue = BasicQueue<T>;

}  // namespace proberen::ipc
