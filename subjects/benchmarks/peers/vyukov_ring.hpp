/// D. Vyukov's bounded MPMC queue (2010) as he describes it, and no more: no blocking, no closing, `full` and `empty` told from one slot.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace proberen::benchmarks::peers {

template <class T>
class VyukovRing {
 public:
  /// `capacity` is a power of two, at least 2.
  explicit VyukovRing(std::size_t capacity) : mask_(capacity - 1), slots_(std::make_unique<Slot[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) slots_[i].sequence.store(i, std::memory_order_relaxed);
  }

  bool try_put(T item) {
    std::uint64_t position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Slot& slot = slots_[position & mask_];
      const auto ahead = static_cast<std::int64_t>(slot.sequence.load(std::memory_order_acquire) - position);
      if (ahead == 0) {
        if (!tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;
        slot.item = std::move(item);
        slot.sequence.store(position + 1, std::memory_order_release);
        return true;
      }
      if (ahead < 0) return false;
      position = tail_.load(std::memory_order_relaxed);
    }
  }

  std::optional<T> try_get() {
    std::uint64_t position = head_.load(std::memory_order_relaxed);
    for (;;) {
      Slot& slot = slots_[position & mask_];
      const auto ahead = static_cast<std::int64_t>(slot.sequence.load(std::memory_order_acquire) - (position + 1));
      if (ahead == 0) {
        if (!head_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;
        std::optional<T> item(std::move(slot.item));
        slot.sequence.store(position + mask_ + 1, std::memory_order_release);
        return item;
      }
      if (ahead < 0) return std::nullopt;
      position = head_.load(std::memory_order_relaxed);
    }
  }

 private:
  struct Slot {
    std::atomic<std::uint64_t> sequence{0};
    T item{};
  };

  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace proberen::benchmarks::peers
