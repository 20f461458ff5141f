/// MessageRing: a bounded FIFO of messages in memory that several processes map, in which any of them may be killed at any instruction.
///
/// A ring of bytes between two robust locks. Whoever holds the lock of the put side copies its message behind the tail and then moves the
/// tail: one store, before which the message is not there and after which it is. Whoever holds the lock of the get side copies the message
/// out and then moves the head: one store, before which the message is there for the next one to get. So there is never anything to repair
/// for the next owner of either lock; what a dead owner had begun and not committed is seen from two counts that differ (`lost`). The two
/// sides never take each other's lock, so they run at the same time.
///
/// Linearizable: a put takes effect when it moves the tail, a get when it moves the head; `full`, `empty` and `closed` when the other
/// side's word is read. Blocking: a process that is stopped (not killed) while it holds a lock holds up its side.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "proberen/ipc/detail/queue_side.hpp"
#include "proberen/ipc/detail/ring_policy.hpp"
#include "proberen/ipc/detail/ring_position.hpp"
#include "proberen/ipc/detail/sleepers.hpp"
#include "proberen/platform.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::ipc::detail {

template <Platform P, class Policy = ShippedRing>
class MessageRing {
 public:
  /// Messages lie at multiples of this many bytes, each behind its length, which is as long.
  static constexpr std::size_t kUnit = 8;
  static constexpr std::uint32_t units_for(std::size_t bytes) { return static_cast<std::uint32_t>(1 + (bytes + kUnit - 1) / kUnit); }

  /// At most `capacity` messages at a time, in `units` of memory that lie right behind this object. `units` is a power of two.
  MessageRing(std::uint32_t capacity, std::uint32_t units) : capacity_(capacity), units_(units) {}
  MessageRing(const MessageRing&) = delete;
  MessageRing& operator=(const MessageRing&) = delete;

  /// ok, full (with `wait` false), timeout or closed. Precondition: the message has at most most_bytes().
  QueueStatus put(std::span<const std::byte> message, bool wait, Deadline deadline) {
    const auto attempt = [&](Deadline lock_deadline) { return put_now(message, lock_deadline); };
    const auto looks_in_vain = [&] { return looks_full(units_for(message.size())); };
    // No wake to pass on here, unlike in get(): whoever makes room, or closes, wakes all. One that finds the bit clear comes after such a
    // wake, and those whom it woke set the bit and look again, behind a fence.
    return attempt_or_wait<P, Policy>(not_full_, QueueStatus::full, wait, deadline, false, attempt, looks_in_vain);
  }

  /// ok, empty (with `wait` false), timeout or closed. `take(first, second)` copies the message, which lies in two parts, out; when it
  /// throws, the message stays.
  template <class Take>
  QueueStatus get(Take take, bool wait, Deadline deadline) {
    const auto attempt = [&](Deadline lock_deadline) { return get_now(take, lock_deadline); };
    // The wake is passed on to one who would find a message, or that the ring is closed.
    return attempt_or_wait<P, Policy>(not_empty_, QueueStatus::empty, wait, deadline, true, attempt, [this] { return looks_empty(); });
  }

  /// No message is put from here on.
  void close() {
    {
      const LockHold hold(put_lock_, kForever);
      // (3) release: synchronizes with the acquire (2)
      tail_.store(tail_.load(std::memory_order_relaxed) | RingPosition::kClosed, std::memory_order_release);
    }
    not_full_.notify(kWakeAll);
    not_empty_.notify(kWakeAll);
  }

  [[nodiscard]] bool closed() const { return (tail_.load(std::memory_order_relaxed) & RingPosition::kClosed) != 0; }
  /// Messages in the ring at about this moment.
  [[nodiscard]] std::uint32_t size() const {
    // (6) acquire: synchronizes with the release (5), so that the tail is not older than the head
    const RingPosition head(head_.load(std::memory_order_acquire));
    // A head older than the tail may be more than a ring behind it.
    return std::min(RingPosition(tail_.load(std::memory_order_relaxed)).items_since(head), capacity_);
  }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }
  [[nodiscard]] std::uint32_t units() const { return units_; }
  [[nodiscard]] std::size_t most_bytes() const { return (std::size_t{units_} - 1) * kUnit; }

  /// Messages that were begun and never put, and messages taken out and never handed over, since a process died in between.
  [[nodiscard]] std::uint32_t lost() {
    std::uint32_t unfinished = 0;
    {
      const LockHold hold(put_lock_, kForever);
      unfinished = RingPosition::wrapped(begun_ - RingPosition(tail_.load(std::memory_order_relaxed)).items());
    }
    const LockHold hold(get_lock_, kForever);
    return unfinished + RingPosition::wrapped(RingPosition(head_.load(std::memory_order_relaxed)).items() - handed_);
  }

 private:
  using Lock = typename Policy::Lock;

  QueueStatus put_now(std::span<const std::byte> message, Deadline deadline) {
    {
      const LockHold hold(put_lock_, deadline);
      if (!hold) return QueueStatus::timeout;
      Policy::reach(RingStep::put_locked);
      const std::uint64_t word = tail_.load(std::memory_order_relaxed);
      // Who is refused sees what was done before the close: the lock, which close() held, orders it, whoever died with it since.
      if ((word & RingPosition::kClosed) != 0) return QueueStatus::closed;
      const RingPosition tail(word);
      const RingPosition next = tail.behind(units_for(message.size()));
      if (!fits(next, head_seen_)) {
        // (4) acquire: synchronizes with the release (5): the memory is written after it was read
        head_seen_ = RingPosition(head_.load(std::memory_order_acquire));
        if (!fits(next, head_seen_)) return QueueStatus::full;
      }
      begun_ = RingPosition::wrapped(begun_ + 1);
      keep_order();
      if (!Policy::kCopiedBeforePut) tail_.store(next.word(), std::memory_order_relaxed);
      Policy::reach(RingStep::put_begun);
      marks_[tail.items() % Policy::kWatchedItems].write();
      write(tail, message);
      Policy::reach(RingStep::put_copied);
      // (1) release: synchronizes with the acquire (2)
      tail_.store(next.word(), std::memory_order_release);
      Policy::reach(RingStep::put_committed);
    }
    Policy::reach(RingStep::put_unlocked);
    not_empty_.notify(1);
    return QueueStatus::ok;
  }

  template <class Take>
  QueueStatus get_now(Take& take, Deadline deadline) {
    {
      const LockHold hold(get_lock_, deadline);
      if (!hold) return QueueStatus::timeout;
      Policy::reach(RingStep::get_locked);
      const RingPosition head(head_.load(std::memory_order_relaxed));
      if (tail_seen_ == head) {
        // (2) acquire: synchronizes with the release (1, 3): the message is read after it was written, and who is told `closed` sees what
        // was done before the close
        const std::uint64_t word = tail_.load(std::memory_order_acquire);
        tail_seen_ = RingPosition(word);
        if (tail_seen_ == head) return (word & RingPosition::kClosed) != 0 ? QueueStatus::closed : QueueStatus::empty;
      }
      marks_[head.items() % Policy::kWatchedItems].read();
      const RingPosition next = head.behind(units_for(read(head, take)));
      Policy::reach(RingStep::get_copied);
      // (5) release: synchronizes with the acquire (4, 6)
      head_.store(next.word(), std::memory_order_release);
      keep_order();
      Policy::reach(RingStep::get_committed);
      handed_ = RingPosition::wrapped(handed_ + 1);
      keep_order();
      Policy::reach(RingStep::get_handed);
    }
    Policy::reach(RingStep::get_unlocked);
    // All, for what makes room for one message may not do for another.
    not_full_.notify(kWakeAll);
    return QueueStatus::ok;
  }

  [[nodiscard]] bool fits(RingPosition next, RingPosition head) const {
    return next.items_since(head) <= capacity_ && next.units_since(head) <= units_;
  }

  /// Looks without the lock, for a waiter, so that waiting does not disturb those who work. After the fence in Sleepers::wait() they see
  /// all that was done before a notify() that did not see the waiter.
  [[nodiscard]] bool looks_full(std::uint32_t units) const {
    const RingPosition head(head_.load(std::memory_order_relaxed));
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    return (tail & RingPosition::kClosed) == 0 && !fits(RingPosition(tail).behind(units), head);
  }
  /// False once the ring is closed: there is an answer then.
  [[nodiscard]] bool looks_empty() const {
    const RingPosition head(head_.load(std::memory_order_relaxed));
    return tail_.load(std::memory_order_relaxed) == head.word();
  }

  std::byte* memory() { return reinterpret_cast<std::byte*>(this + 1); }
  [[nodiscard]] std::size_t offset(std::uint32_t unit) const { return std::size_t{unit & (units_ - 1)} * kUnit; }
  [[nodiscard]] std::size_t bytes() const { return std::size_t{units_} * kUnit; }

  void write(RingPosition at, std::span<const std::byte> message) {
    const std::uint64_t length = message.size();
    std::memcpy(memory() + offset(at.units()), &length, kUnit);
    const std::size_t begin = offset(at.units() + 1);
    const std::size_t first = std::min(message.size(), bytes() - begin);
    if (first > 0) std::memcpy(memory() + begin, message.data(), first);
    Policy::reach(RingStep::put_half_copied);
    if (first < message.size()) std::memcpy(memory(), message.data() + first, message.size() - first);
  }

  /// The message's length.
  template <class Take>
  std::size_t read(RingPosition at, Take& take) {
    std::uint64_t length = 0;
    std::memcpy(&length, memory() + offset(at.units()), kUnit);
    const std::size_t begin = offset(at.units() + 1);
    const std::size_t first = std::min<std::size_t>(length, bytes() - begin);
    take(std::span<const std::byte>(memory() + begin, first), std::span<const std::byte>(memory(), length - first));
    return length;
  }

  static constexpr std::size_t kLine = 64;

  const std::uint32_t capacity_;
  const std::uint32_t units_;
  Sleepers<P> not_empty_;
  Sleepers<P> not_full_;
  [[no_unique_address]] typename P::SharedData marks_[Policy::kWatchedItems];

  alignas(kLine) Lock put_lock_;
  /// Under the put lock: messages ever begun. Never less than those put; more by those whose process died first.
  std::uint32_t begun_ = 0;
  /// Under the put lock: a place where the head has been. The head may be further.
  RingPosition head_seen_;
  /// Behind the last message, and whether the ring is closed. Moved under the put lock; never back, and not at all once closed.
  alignas(kLine) typename P::template Atomic<std::uint64_t> tail_{0};

  alignas(kLine) Lock get_lock_;
  /// Under the get lock: messages ever handed over. Never more than those got.
  std::uint32_t handed_ = 0;
  /// Under the get lock: a place where the tail has been. The tail may be further.
  RingPosition tail_seen_;
  /// In front of the oldest message. Moved under the get lock; never beyond the tail, never back.
  alignas(kLine) typename P::template Atomic<std::uint64_t> head_{0};
};

}  // namespace proberen::ipc::detail
