/// TaskWindow: which of a worker's tasks have begun, and which it may still begin.
///
/// The pool offers tasks to one worker, the worker claims them one by one in the same order, and the pool may withdraw those that have not
/// been claimed, to give them to another. Each task is claimed or withdrawn, never both; so when the worker dies, the word tells which task
/// it was running. Lock-free; a process that is killed at any instant leaves the word in order.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::ipc::detail {

template <Platform P>
class TaskWindow {
 public:
  /// The pool: lets the worker claim `count` more tasks, which have been written down. True when the worker sleeps and must be woken.
  [[nodiscard]] bool offer(std::uint32_t count) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    // (1) release: synchronizes with the acquire (2)
    while (!word_.compare_exchange_strong(word, pack(begun_of(word), end_of(word) + count, false), std::memory_order_release,
                                          std::memory_order_relaxed)) {
    }
    return (word & kAsleep) != 0;
  }

  /// The worker: takes the next task, which may then be read. False when there is none.
  [[nodiscard]] bool claim() {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (begun_of(word) != end_of(word)) {
      // (2) acquire: synchronizes with the release (1)
      if (word_.compare_exchange_strong(word, pack(begun_of(word) + 1, end_of(word), false), std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  /// The pool: takes back up to `count` tasks that have not been claimed, the last first. How many it were.
  [[nodiscard]] std::uint32_t withdraw(std::uint32_t count) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    std::uint32_t taken = 0;
    do {
      taken = std::min(count, (end_of(word) - begun_of(word)) & kMask);
      // The bytes of tasks that were not claimed have not been read, so nothing needs to be ordered before they are written over.
    } while (!word_.compare_exchange_strong(word, pack(begun_of(word), end_of(word) - taken, (word & kAsleep) != 0),
                                            std::memory_order_relaxed, std::memory_order_relaxed));
    return taken;
  }

  /// The worker: says that it is going to sleep. False when there is a task to claim.
  [[nodiscard]] bool fall_asleep() {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (begun_of(word) == end_of(word)) {
      if ((word & kAsleep) != 0) return true;
      if (word_.compare_exchange_strong(word, word | kAsleep, std::memory_order_relaxed, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  /// How many tasks were claimed, modulo 2^31.
  [[nodiscard]] std::uint32_t begun() const { return begun_of(word_.load(std::memory_order_relaxed)); }

  static constexpr std::uint32_t kMask = 0x7fffffff;

 private:
  static constexpr std::uint64_t kAsleep = std::uint64_t{1} << 63;

  static std::uint32_t begun_of(std::uint64_t word) { return static_cast<std::uint32_t>(word) & kMask; }
  static std::uint32_t end_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32) & kMask; }
  static std::uint64_t pack(std::uint32_t begun, std::uint32_t end, bool asleep) {
    return (begun & kMask) | std::uint64_t{end & kMask} << 32 | (asleep ? kAsleep : 0);
  }

  /// Low half: the tasks that were claimed; only the worker counts it up. High half: the tasks that may be claimed, never less than those
  /// that were; only the pool changes it. Both modulo 2^31. The top bit: the worker sleeps or is about to. Never set while there is
  /// something to claim, so no offer goes unnoticed; set while the worker is awake is legal, and costs one needless wake.
  typename P::template Atomic<std::uint64_t> word_{0};
};

}  // namespace proberen::ipc::detail
