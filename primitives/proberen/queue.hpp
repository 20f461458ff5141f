/// Queue<T>: a multi-producer multi-consumer FIFO, bounded or not, after Python's queue.Queue.
///
/// Linearizable: every operation takes effect at one instant between its call and its return. Items need only be movable. What happened is
/// told by value; nothing throws but allocation and the items' own constructors. Blocking operations spin briefly, then sleep. A bounded
/// queue is a ring (detail/queue_ring.hpp) and allocates once; an unbounded one is a list (detail/queue_chain.hpp). Putting and getting, in
/// all their forms, are in detail/queue_interface.hpp.
///
/// Items whose move may throw are kept in boxes of their own, so that a move never fails half-way inside the queue: a put that throws
/// leaves the queue as it was; a get whose last move throws loses that one item.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "proberen/default_platform.hpp"
#include "proberen/detail/event_count.hpp"
#include "proberen/detail/queue_chain.hpp"
#include "proberen/detail/queue_interface.hpp"
#include "proberen/detail/queue_ring.hpp"
#include "proberen/queue_status.hpp"

namespace proberen {
namespace detail {

/// What a Queue<T> keeps of a T: the T itself, or a box of it where a move might fail half-way.
template <class T>
using QueuedItem = std::conditional_t<std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>, T, std::unique_ptr<T>>;

}  // namespace detail

template <class T, Platform P>
class BasicQueue : public detail::QueueInterface<BasicQueue<T, P>, T, detail::QueuedItem<T>, P> {
 public:
  /// Room for `capacity` items; 0: as many as memory holds. Throws std::bad_alloc.
  explicit BasicQueue(std::size_t capacity = 0) : Interface(capacity) {
    if (capacity > 0) core_.template emplace<Ring>(capacity);
  }

  /// No more puts; gets take what is left and are then told `closed`. Wakes everybody. May be called again.
  void close() {
    visit([](auto& core) { core.close(); });
    not_empty_.notify(kWakeAll);
    not_full_.notify(kWakeAll);
  }

  /// Says that work on an item that was got is done. invalid_argument when called more often than items were put, and then nothing changes.
  std::error_code task_done() {
    std::uint64_t done = done_.load(std::memory_order_relaxed);
    std::uint64_t put = 0;
    do {
      put = put_count();
      if (done >= put) return std::make_error_code(std::errc::invalid_argument);
      // (1) release: synchronizes with the acquire (2): join returns after the work
    } while (!done_.compare_exchange_weak(done, done + 1, std::memory_order_release, std::memory_order_relaxed));
    // Whoever completes the count sees that it does: no later put is missed, since then there is more to do.
    if (done + 1 == put) all_done_.notify(kWakeAll);
    return {};
  }

  /// Items in the queue at about this moment; a hint while others use it.
  [[nodiscard]] std::size_t size() const {
    return visit([](auto& core) {
      const std::uint64_t got = core.get_count();
      const std::uint64_t put = core.put_count();
      return static_cast<std::size_t>(put > got ? put - got : 0);
    });
  }
  [[nodiscard]] bool closed() const {
    return visit([](auto& core) { return core.closed(); });
  }

 private:
  using Stored = detail::QueuedItem<T>;
  using Interface = detail::QueueInterface<BasicQueue, T, Stored, P>;
  friend Interface;
  using Ring = detail::QueueRing<Stored, P>;
  using Chain = detail::QueueChain<Stored, P>;

  template <class Visitor>
  decltype(auto) visit(Visitor visitor) {
    if (Ring* const ring = std::get_if<Ring>(&core_)) return visitor(*ring);
    return visitor(*std::get_if<Chain>(&core_));
  }
  template <class Visitor>
  decltype(auto) visit(Visitor visitor) const {
    if (const Ring* const ring = std::get_if<Ring>(&core_)) return visitor(*ring);
    return visitor(*std::get_if<Chain>(&core_));
  }

  std::uint64_t put_count() const {
    return visit([](auto& core) { return core.put_count(); });
  }

  QueueStatus put_stored(Stored& stored) {
    const QueueStatus status = visit([&](auto& core) { return core.try_put(stored); });
    if (status == QueueStatus::ok) not_empty_.notify(1);
    return status;
  }

  QueueStatus get_stored(std::optional<Stored>& stored) {
    const QueueStatus status = visit([&](auto& core) { return core.try_get(stored); });
    if (status == QueueStatus::ok && this->capacity() > 0) not_full_.notify(1);
    return status;
  }

  template <class Settled>
  bool wait_for_room(Settled settled, Deadline deadline) {
    return spin(settled) || not_full_.wait(settled, deadline);
  }
  template <class Settled>
  bool wait_for_item(Settled settled, Deadline deadline) {
    return spin(settled) || not_empty_.wait(settled, deadline);
  }

  bool join_until_deadline(Deadline deadline) {
    const auto all_done = [this] {
      // (2) acquire: synchronizes with the release (1). Read before the count of puts, which only grows: equal then means equal now.
      const std::uint64_t done = done_.load(std::memory_order_acquire);
      return done == put_count();
    };
    return all_done() || all_done_.wait(all_done, deadline);
  }

  /// A short wait for the other side to do something: sleeping and waking cost a hundred times as much. Looks less and less often, because
  /// each look takes the slot's cache line away from the thread that is about to fill it, and because many items at once are cheaper than
  /// one by one.
  template <class Settled>
  static bool spin(Settled settled) {
    for (int pause = 8, spent = 0; spent < P::spin_limit(); spent += pause, pause *= 2) {
      for (int i = 0; i < pause; ++i) P::relax();
      if (settled()) return true;
    }
    return false;
  }

  std::variant<Chain, Ring> core_;
  alignas(detail::kLine) detail::EventCount<P> not_empty_;
  detail::EventCount<P> not_full_;
  detail::EventCount<P> all_done_;
  typename P::template Atomic<std::uint64_t> done_{0};  ///< calls of task_done; at most the items ever put
};

/// See BasicQueue.
template <class T>
using Queue = BasicQueue<T, DefaultPlatform>;

}  // namespace proberen
