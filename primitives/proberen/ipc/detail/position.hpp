/// Position: how far one side of a stream has come, and whether the other side sleeps until it comes further.
///
/// One writer, one reader. Lock-free; a process that is killed at any instant leaves the word in order.
#pragma once

#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::ipc::detail {

template <Platform P>
class Position {
 public:
  /// The writer: has come as far as `position`, a multiple of kStep. True when the reader sleeps and must be woken.
  [[nodiscard]] bool advance(std::uint64_t position) {
    // (1) release: synchronizes with the acquire (2)
    return (word_.exchange(position, std::memory_order_release) & kAsleep) != 0;
  }

  /// The reader: how far the writer has come.
  [[nodiscard]] std::uint64_t get() const {
    // (2) acquire: synchronizes with the release (1)
    return word_.load(std::memory_order_acquire) & ~kAsleep;
  }

  /// The reader: says that it is going to sleep until the writer comes further than `seen`. False when it has already.
  [[nodiscard]] bool fall_asleep(std::uint64_t seen) {
    std::uint64_t expected = seen;
    return word_.compare_exchange_strong(expected, seen | kAsleep, std::memory_order_relaxed, std::memory_order_relaxed) ||
           expected == (seen | kAsleep);
  }

  static constexpr std::uint64_t kStep = 8;

 private:
  static constexpr std::uint64_t kAsleep = 1;

  /// Never goes back. The lowest bit: the reader sleeps or is about to; every step forward clears it, so none goes unnoticed. Set while the
  /// reader is awake is legal, and costs one needless wake.
  typename P::template Atomic<std::uint64_t> word_{0};
};

}  // namespace proberen::ipc::detail
