/// MessageHeap: a bounded queue of messages with priorities, in memory that several processes map and any of which may be killed at any
/// instruction. The highest priority first; of equal ones the message that was put first.
///
/// Everything happens under one robust lock. A message lies in a slot, whose ticket says that it is there: one store of the ticket puts the
/// message, one store takes it away, and before and after it all is as it must be. What else there is, how many messages there are and
/// which is next (a binary heap), is an index of the tickets. Who changes the index says so before, in the count; whoever finds that said
/// when he gets the lock follows one who died in the middle, and makes the index anew. So there is nothing to repair.
///
/// Logarithmic time; after a death once as much as there are slots. Linearizable: a put and a get take effect when the ticket is stored;
/// `full`, `empty` and `closed` under the lock. Blocking: a process that is stopped (not killed) while it holds the lock holds up
/// everybody.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "proberen/ipc/detail/queue_side.hpp"
#include "proberen/ipc/detail/ring_policy.hpp"
#include "proberen/ipc/detail/sleepers.hpp"
#include "proberen/platform.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc::detail {

/// What of a MessageHeap a known-bad twin changes.
struct HeapRules {
  static constexpr bool kOldestFirst = true;         ///< of equal priorities
  static constexpr bool kIndexEndsWithOwner = true;  ///< one who died in the middle leaves none
};
struct ShippedHeap : ShippedRing, HeapRules {};
/// For a model checker: see ExploredRing.
template <Platform P, int kItems>
struct ExploredHeap : ExploredRing<P, kItems>, HeapRules {};

template <Platform P, class Policy = ShippedHeap>
class MessageHeap {
  /// Of one message.
  struct Slot {
    std::uint64_t ticket;  ///< the number of its put, from 1; 0: the slot is free
    std::uint64_t size;    ///< in bytes
    std::uint32_t priority;
  };
  /// Of the heap: a slot, with what orders it.
  struct Place {
    std::uint64_t ticket;
    std::uint32_t priority;
    std::uint32_t slot;
  };
  static constexpr std::size_t kUnit = 8;
  static constexpr std::size_t rounded(std::size_t bytes) { return (bytes + kUnit - 1) / kUnit * kUnit; }

 public:
  /// How much memory a message of at most `bytes` takes.
  static constexpr std::size_t slot_bytes(std::size_t bytes) { return sizeof(Place) + sizeof(Slot) + rounded(bytes); }

  /// At most `capacity` messages of at most `most_bytes` at a time, in as many times slot_bytes() of zeros that lie right behind this
  /// object.
  MessageHeap(std::uint32_t capacity, std::size_t most_bytes) : capacity_(capacity), most_bytes_(most_bytes) {}
  MessageHeap(const MessageHeap&) = delete;
  MessageHeap& operator=(const MessageHeap&) = delete;

  /// ok, full (with `wait` false), timeout or closed. Precondition: the message has at most most_bytes().
  QueueStatus put(std::uint32_t priority, std::span<const std::byte> message, bool wait, Deadline deadline) {
    const auto attempt = [&](Deadline lock_deadline) { return put_now(priority, message, lock_deadline); };
    return attempt_or_wait<P, Policy>(not_full_, QueueStatus::full, wait, deadline, true, attempt, [this] { return looks_full(); });
  }

  /// ok, empty (with `wait` false), timeout or closed. `take(priority, message)` copies the message out; when it throws, the message stays.
  template <class Take>
  QueueStatus get(Take take, bool wait, Deadline deadline) {
    const auto attempt = [&](Deadline lock_deadline) { return get_now(take, lock_deadline); };
    return attempt_or_wait<P, Policy>(not_empty_, QueueStatus::empty, wait, deadline, true, attempt, [this] { return looks_empty(); });
  }

  /// No message is put from here on.
  void close() {
    {
      const LockHold hold(lock_, kForever);
      closed_.store(1, std::memory_order_relaxed);
    }
    not_full_.notify(kWakeAll);
    not_empty_.notify(kWakeAll);
  }

  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_relaxed) != 0; }
  /// Messages at about this moment.
  [[nodiscard]] std::uint32_t size() {
    const std::uint32_t count = count_.load(std::memory_order_relaxed);
    if ((count & kUnsettled) == 0) return count;
    // Somebody is in the middle of a call, or died there: then the lock can be had at once.
    const LockHold hold(lock_, kAtOnce);
    return hold ? settled_count() : count & ~kUnsettled;
  }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t most_bytes() const { return most_bytes_; }

  /// Messages that were begun and never put, and messages taken out and never handed over, since a process died in between.
  [[nodiscard]] std::uint64_t lost() {
    const LockHold hold(lock_, kForever);
    const std::uint32_t count = settled_count();
    return begun_ - handed_ - count;
  }

 private:
  using Lock = SpinningLock<P, typename Policy::Lock>;
  /// In the count: somebody changes the index, or there is none yet.
  static constexpr std::uint32_t kUnsettled = std::uint32_t{1} << 31;

  QueueStatus put_now(std::uint32_t priority, std::span<const std::byte> message, Deadline deadline) {
    {
      const LockHold hold(lock_, deadline);
      if (!hold) return QueueStatus::timeout;
      Policy::reach(RingStep::put_locked);
      if (closed()) return QueueStatus::closed;
      const std::uint32_t count = settled_count();
      if (count == capacity_) return QueueStatus::full;
      unsettle(count);
      begun_ += 1;
      keep_order();
      Place& place = places()[count];
      if (!Policy::kCopiedBeforePut) set_ticket(place.slot, begun_);
      Policy::reach(RingStep::put_begun);
      marks_[place.slot % Policy::kWatchedItems].write();
      slots()[place.slot].priority = priority;
      slots()[place.slot].size = message.size();
      if (!message.empty()) std::memcpy(bytes_of(place.slot), message.data(), message.size());
      Policy::reach(RingStep::put_copied);
      set_ticket(place.slot, begun_);
      Policy::reach(RingStep::put_committed);
      place.ticket = begun_;
      place.priority = priority;
      std::push_heap(places(), places() + count + 1, &comes_after);
      Policy::reach(RingStep::put_indexed);
      settle(count + 1);
    }
    Policy::reach(RingStep::put_unlocked);
    not_empty_.notify(1);
    return QueueStatus::ok;
  }

  template <class Take>
  QueueStatus get_now(Take& take, Deadline deadline) {
    {
      const LockHold hold(lock_, deadline);
      if (!hold) return QueueStatus::timeout;
      Policy::reach(RingStep::get_locked);
      const std::uint32_t count = settled_count();
      if (count == 0) return closed() ? QueueStatus::closed : QueueStatus::empty;
      const std::uint32_t next = places()[0].slot;
      marks_[next % Policy::kWatchedItems].read();
      take(slots()[next].priority, std::span<const std::byte>(bytes_of(next), slots()[next].size));
      Policy::reach(RingStep::get_copied);
      unsettle(count);
      set_ticket(next, 0);
      Policy::reach(RingStep::get_committed);
      handed_ += 1;
      keep_order();
      Policy::reach(RingStep::get_handed);
      std::pop_heap(places(), places() + count, &comes_after);
      Policy::reach(RingStep::get_indexed);
      settle(count - 1);
    }
    Policy::reach(RingStep::get_unlocked);
    not_full_.notify(1);
    return QueueStatus::ok;
  }

  /// The messages, by an index that is right.
  std::uint32_t settled_count() {
    const std::uint32_t count = count_.load(std::memory_order_relaxed);
    if ((count & kUnsettled) == 0) [[likely]]
      return count;
    if (!Policy::kIndexEndsWithOwner && begun_ > 0) return count & ~kUnsettled;
    return make_index();
  }
  [[gnu::noinline]] std::uint32_t make_index() {
    std::uint32_t count = 0;
    std::uint32_t first_free = capacity_;
    for (std::uint32_t slot = 0; slot < capacity_; ++slot) {
      const Slot& of_message = slots()[slot];
      const bool free = of_message.ticket == 0;
      places()[free ? --first_free : count++] = {of_message.ticket, of_message.priority, slot};
    }
    std::make_heap(places(), places() + count, &comes_after);
    settle(count);
    return count;
  }

  void unsettle(std::uint32_t count) {
    count_.store(count | kUnsettled, std::memory_order_relaxed);
    keep_order();
  }
  void settle(std::uint32_t count) {
    keep_order();
    count_.store(count, std::memory_order_relaxed);
  }
  void set_ticket(std::uint32_t slot, std::uint64_t ticket) {
    keep_order();
    std::atomic_ref(slots()[slot].ticket).store(ticket, std::memory_order_relaxed);
    keep_order();
  }

  /// Looks without the lock, for a waiter, so that waiting does not disturb those who work. After the fence in Sleepers::wait() they see
  /// all that was done before a notify() that did not see the waiter. Where the count is unsettled neither is said: the lock will tell.
  [[nodiscard]] bool looks_full() const { return !closed() && count_.load(std::memory_order_relaxed) == capacity_; }
  [[nodiscard]] bool looks_empty() const { return !closed() && count_.load(std::memory_order_relaxed) == 0; }

  static bool comes_after(const Place& one, const Place& other) {
    if (one.priority != other.priority) return one.priority < other.priority;
    return Policy::kOldestFirst ? one.ticket > other.ticket : one.ticket < other.ticket;
  }

  [[nodiscard]] Place* places() { return std::launder(reinterpret_cast<Place*>(this + 1)); }
  [[nodiscard]] Slot* slots() { return std::launder(reinterpret_cast<Slot*>(places() + capacity_)); }
  [[nodiscard]] std::byte* bytes_of(std::uint32_t slot) {
    return reinterpret_cast<std::byte*>(slots() + capacity_) + slot * rounded(most_bytes_);
  }

  static constexpr std::size_t kLine = 64;

  const std::uint32_t capacity_;
  const std::size_t most_bytes_;
  Sleepers<P> not_empty_;
  Sleepers<P> not_full_;
  [[no_unique_address]] typename P::SharedData marks_[Policy::kWatchedItems];

  alignas(kLine) Lock lock_;
  // Under the lock, as are the places and the slots: the first `count` places are a heap, the others have the free slots.
  std::uint64_t begun_ = 0;   ///< messages ever begun. Never less than those put; more by those whose process died first
  std::uint64_t handed_ = 0;  ///< messages ever handed over. Never more than those got

  /// The messages, and kUnsettled. Changed under the lock; unsettled when the lock is free only where one died who had it, and in the
  /// beginning.
  alignas(kLine) typename P::template Atomic<std::uint32_t> count_{kUnsettled};
  /// 1 once no message is put any more. Set under the lock.
  typename P::template Atomic<std::uint32_t> closed_{0};
};

}  // namespace proberen::ipc::detail
