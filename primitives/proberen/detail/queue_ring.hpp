/// QueueRing: a bounded multi-producer multi-consumer FIFO of exact capacity.
///
/// D. Vyukov's bounded MPMC queue (2010) with three changes: slots count turns rather than positions, so that a capacity of one works;
/// `full` and `empty` are told from the positions, not from one slot, which makes the queue linearizable; and the closed mark is a bit of
/// the word that claims a slot, so no item enters after a consumer was told that the queue is closed.
///
/// Not lock-free: a producer stopped between claiming a slot and filling it holds up the consumer of that slot (and no other).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "proberen/platform.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::detail {

inline constexpr std::size_t kLine = 64;  ///< bytes that two cores had better not share

template <class Item, Platform P>
class QueueRing {
 public:
  /// Throws std::bad_alloc. `capacity` is at least 1.
  explicit QueueRing(std::size_t capacity)
      : capacity_(capacity), mask_((capacity & (capacity - 1)) == 0 ? capacity - 1 : 0), slots_(std::make_unique<Slot[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) slots_[i].turn.store(free_for(i), std::memory_order_relaxed);
  }
  ~QueueRing() {
    std::optional<Item> item;
    while (try_get(item) == QueueStatus::ok) item.reset();
  }

  /// ok, full or closed; takes the item only when ok.
  QueueStatus try_put(Item& item) {
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    for (int tries = 0, looks = 0;;) {
      if ((tail & kClosed) != 0) [[unlikely]] {
        // (5) acquire: synchronizes with the release (7), so that who is refused sees what was done before the close
        (void)tail_.load(std::memory_order_acquire);
        return QueueStatus::closed;
      }
      Slot& slot = slot_at(tail);
      // (1) acquire: synchronizes with the release (4): the slot is filled after it was emptied
      const std::uint64_t turn = slot.turn.load(std::memory_order_acquire);
      if (turn == free_for(tail)) {
        if (!tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_relaxed, std::memory_order_relaxed)) continue;
        slot.mark.write();
        ::new (static_cast<void*>(slot.storage)) Item(std::move(item));
        // (2) release: synchronizes with the acquire (3)
        slot.turn.store(holds(tail), std::memory_order_release);
        return QueueStatus::ok;
      }
      if (turn < free_for(tail)) {
        if (second_look(looks)) continue;
        // Positions only grow, so if the queue was full of positions when `tail` was read, it was full then.
        if (tail - head_.load(std::memory_order_relaxed) >= capacity_) return QueueStatus::full;
        pause(tries);  // a consumer has claimed the slot and is emptying it
      }
      tail = tail_.load(std::memory_order_relaxed);
    }
  }

  /// ok, empty or closed (and empty).
  QueueStatus try_get(std::optional<Item>& item) {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    for (int tries = 0, looks = 0;;) {
      Slot& slot = slot_at(head);
      // (3) acquire: synchronizes with the release (2): the item is read after it was written
      const std::uint64_t turn = slot.turn.load(std::memory_order_acquire);
      if (turn == holds(head)) {
        if (!head_.compare_exchange_weak(head, head + 1, std::memory_order_relaxed, std::memory_order_relaxed)) continue;
        take(slot, item);
        // (4) release: synchronizes with the acquire (1)
        slot.turn.store(free_for(head + capacity_), std::memory_order_release);
        return QueueStatus::ok;
      }
      if (turn < holds(head)) {
        if (second_look(looks)) continue;
        // (6) acquire: synchronizes with the release (7), so that who is told `closed` sees what was done before the close
        const std::uint64_t tail = tail_.load(std::memory_order_acquire);
        // Nothing is claimed beyond `head`, so there was nothing in the queue when `tail` was read.
        if ((tail & ~kClosed) <= head) return (tail & kClosed) != 0 ? QueueStatus::closed : QueueStatus::empty;
        pause(tries);  // a producer has claimed the slot and is filling it; later slots may be full already, so this is no `empty`
      }
      head = head_.load(std::memory_order_relaxed);
    }
  }

  void close() {
    // (7) release: synchronizes with the acquire (5, 6)
    tail_.fetch_or(kClosed, std::memory_order_release);
  }

  [[nodiscard]] bool closed() const { return (tail_.load(std::memory_order_relaxed) & kClosed) != 0; }
  /// Items ever put.
  [[nodiscard]] std::uint64_t put_count() const { return tail_.load(std::memory_order_relaxed) & ~kClosed; }
  /// Items ever got.
  [[nodiscard]] std::uint64_t get_count() const { return head_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;

  struct Slot {
    /// Position p's turn: 2p while the slot waits for the item of position p, 2p + 1 while it holds it. Never goes back.
    typename P::template Atomic<std::uint64_t> turn{0};
    [[no_unique_address]] typename P::SharedData mark;
    alignas(Item) unsigned char storage[sizeof(Item)];
  };

  static std::uint64_t free_for(std::uint64_t position) { return 2 * position; }
  static std::uint64_t holds(std::uint64_t position) { return 2 * position + 1; }

  Slot& slot_at(std::uint64_t position) { return slots_[mask_ != 0 ? position & mask_ : position % capacity_]; }

  static void take(Slot& slot, std::optional<Item>& item) {
    slot.mark.read();
    Item* const stored = std::launder(reinterpret_cast<Item*>(slot.storage));
    item.emplace(std::move(*stored));
    stored->~Item();
    slot.mark.write();
  }

  /// The other end's position is on a line that the other side is writing: looking at it slows that side down, so the slot gets a second
  /// chance first.
  static bool second_look(int& looks) {
    if (looks > 0 || P::spin_limit() == 0) return false;
    ++looks;
    for (int i = 0; i < 16; ++i) P::relax();
    return true;
  }

  /// Counts no further than it looks at the count: a wait that has come to nothing but yielding is a loop whose turns are all alike, and an
  /// explorer of executions can tell.
  static void pause(int& tries) {
    if (tries < P::spin_limit()) {
      ++tries;
      P::relax();
    } else {
      P::yield();
    }
  }

  const std::size_t capacity_;
  const std::size_t mask_;  ///< capacity - 1 where the capacity is a power of two above one, else 0
  const std::unique_ptr<Slot[]> slots_;
  /// The next position to get. At most the tail; at most `capacity_` behind it.
  alignas(kLine) typename P::template Atomic<std::uint64_t> head_{0};
  /// The next position to put, and whether the queue is closed: from then on it never changes.
  alignas(kLine) typename P::template Atomic<std::uint64_t> tail_{0};
  [[maybe_unused]] alignas(kLine) unsigned char end_[1]{};
};

}  // namespace proberen::detail
