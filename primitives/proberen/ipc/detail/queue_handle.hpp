/// QueueHandle: what handles of queues in shared memory have in common: their memory and its way to other processes, all forms of getting,
/// closing and sizes; the base of ipc::Queue and ipc::PriorityQueue.
///
/// `Self` derives from it and has get_decoded(wait, deadline), a QueueResult<Item>. `Core` is what lies in the memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/detail/timed.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/queue_memory.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/queue_result.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc::detail {

template <class Self, class Core, class Item>
class QueueHandle {
 public:
  /// The queue behind a descriptor that came from duplicate_descriptor(), perhaps of another process of this program. Throws
  /// std::system_error when it cannot be mapped, std::invalid_argument when it is no queue of such items.
  [[nodiscard]] static Self map(Descriptor descriptor) {
    Self queue;
    queue.memory_ = std::make_shared<QueueMemory>(QueueMemory::map(std::move(descriptor), kind()));
    return queue;
  }
  /// Throws std::system_error.
  [[nodiscard]] Descriptor duplicate_descriptor() const { return memory().descriptor().duplicate(); }
  [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }

  /// Gets the next item, waiting for one. Without an item: closed. All gets throw what the item's deserialisation throws, and then that
  /// item is gone; and std::bad_alloc, and then it stays.
  QueueResult<Item> get() const { return self().get_decoded(true, kForever); }
  /// Without an item: empty or closed. Never waits for one.
  QueueResult<Item> try_get() const { return self().get_decoded(false, kForever); }
  /// Without an item: timeout or closed. Never gives up early.
  template <class Rep, class Period>
  QueueResult<Item> get_for(const std::chrono::duration<Rep, Period>& timeout) const {
    return self().get_decoded(true, deadline_after(SteadyClock::now(), timeout));
  }
  template <class Clock, class Duration>
  QueueResult<Item> get_until(const std::chrono::time_point<Clock, Duration>& instant) const {
    std::optional<QueueResult<Item>> result;
    (void)proberen::detail::attempt_until<SharedPlatform>(instant, [&](Deadline deadline) {
      result.emplace(self().get_decoded(true, deadline));
      return result->status() != QueueStatus::timeout;
    });
    return std::move(*result);
  }
  /// The mission's spelling: kNoTimeout waits for ever. Throws std::invalid_argument for any other negative timeout, and for a timeout on a
  /// call that does not block.
  template <class Rep = std::int64_t, class Period = std::ratio<1>>
  QueueResult<Item> get(bool blocking, std::chrono::duration<Rep, Period> timeout = kNoTimeout) const {
    const Deadline deadline = proberen::detail::requested_deadline(SteadyClock::now(), blocking, timeout);
    return self().get_decoded(blocking, blocking ? deadline : kForever);
  }

  /// Gets the next item, waiting for one until a stop is requested. Without an item: stopped or closed. With a stop requested before, it
  /// does not wait.
  QueueResult<Item> get(const std::stop_token& token) const {
    const auto get = [this](Deadline deadline) { return self().get_decoded(true, deadline); };
    return proberen::detail::stopped_or(proberen::detail::until_stopped(token, get));
  }

  /// No more puts by any process; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() const { core().close(); }
  [[nodiscard]] bool closed() const { return core().closed(); }

  /// Items in the queue at about this moment; a hint while others use it.
  [[nodiscard]] std::size_t size() const { return core().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool full() const { return size() >= capacity(); }
  [[nodiscard]] std::size_t capacity() const { return core().capacity(); }
  /// The most bytes that an item may have, serialised.
  [[nodiscard]] std::size_t max_item_bytes() const { return core().most_bytes(); }
  /// Items lost with processes that were killed inside put() or get(), up to now.
  [[nodiscard]] std::size_t lost() const { return core().lost(); }

  /// For entries' arguments: see Descriptor.
  friend void save(cereal::BinaryOutputArchive& archive, const Self& queue) {
    const Descriptor none;
    archive(queue ? queue.memory_->descriptor() : none);
  }
  friend void load(cereal::BinaryInputArchive& archive, Self& queue) {
    Descriptor descriptor;
    archive(descriptor);
    queue = descriptor ? map(std::move(descriptor)) : Self();
  }

 protected:
  QueueHandle() noexcept = default;

  /// A new queue: a core made of `arguments`, with so many bytes of zeros behind it. Throws std::system_error when there is no memory.
  template <class... Arguments>
  void create(std::size_t bytes, Arguments... arguments) {
    auto memory = std::make_shared<QueueMemory>(QueueMemory::create(sizeof(Core) + bytes));
    ::new (memory->core()) Core(arguments...);
    memory->set_label(kind());
    memory_ = std::move(memory);
  }
  [[nodiscard]] Core& core() const { return *std::launder(static_cast<Core*>(memory().core())); }

  /// `put(deadline)`, until `instant` of any clock.
  template <class Clock, class Duration, class Put>
  static QueueStatus put_until_instant(const std::chrono::time_point<Clock, Duration>& instant, Put put) {
    QueueStatus status = QueueStatus::timeout;
    (void)proberen::detail::attempt_until<SharedPlatform>(instant, [&](Deadline deadline) {
      status = put(deadline);
      return status != QueueStatus::timeout;
    });
    return status;
  }

  /// `put(deadline)`, until a stop is requested.
  template <class Put>
  static QueueStatus put_until_stopped(const std::stop_token& token, Put put) {
    return proberen::detail::stopped_or(proberen::detail::until_stopped(token, put));
  }

 private:
  static_assert(std::is_trivially_destructible_v<Core> && std::is_standard_layout_v<Core> && alignof(Core) <= 64);

  /// The same in all processes of one program, whatever their addresses; never 0.
  static std::uint64_t kind() { return (typeid(Self).hash_code() ^ sizeof(Core)) | 1; }

  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
  [[nodiscard]] const QueueMemory& memory() const {
    if (!memory_) throw std::logic_error("this queue is none: it was made without a capacity, or moved from");
    return *memory_;
  }

  std::shared_ptr<const QueueMemory> memory_;
};

}  // namespace proberen::ipc::detail
