/// Completion: one result handed over once, to whoever waits for it and to one callback.
///
/// Blocking for those who wait; completing is wait-free but for the callback that it may run. One word; nothing to destroy.
#pragma once

#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::detail {

template <Platform P>
class Completion {
 public:
  constexpr Completion() noexcept = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// True for the first caller alone, who then writes the result and calls publish(). Others must leave the result as it is.
  [[nodiscard]] bool claim() { return (word_.fetch_or(kClaimed, std::memory_order_relaxed) & kClaimed) == 0; }

  /// Hands over the result and wakes everybody who waits. True when a callback is attached: the caller has to run it.
  [[nodiscard]] bool publish() {
    // (1) release: synchronizes with the acquire (3, 4, 5, 7), so that who sees the bit sees the result
    // (2) acquire: synchronizes with the release (6), so that who has to run the callback sees it
    const std::uint32_t before = word_.fetch_or(kReady, std::memory_order_acq_rel);
    if ((before & kParked) != 0) P::unpark(word_, kWakeAll);
    return (before & kAttached) != 0;
  }

  /// Whether there is a result; when true, it may be read.
  [[nodiscard]] bool ready() const {
    // (3) acquire: synchronizes with the release (1)
    return (word_.load(std::memory_order_acquire) & kReady) != 0;
  }

  /// Waits for the result, which may then be read. False when the deadline passed first; never early. Sleeps at once: a result that
  /// comes from another process takes longer than spinning pays for, and whoever brings it may need this core.
  [[nodiscard]] bool wait(Deadline deadline) {
    for (bool in_time = true;;) {
      // (4) acquire: synchronizes with the release (1)
      std::uint32_t word = word_.load(std::memory_order_acquire);
      // (5) acquire: synchronizes with the release (1)
      if ((word & (kReady | kParked)) == 0) word = word_.fetch_or(kParked, std::memory_order_acquire);
      if ((word & kReady) != 0) return true;
      if (!in_time) return false;
      in_time = P::park(word_, word | kParked, deadline);
    }
  }

  /// Attaches the callback that the caller has written down: publish() will tell whoever calls it. False when there is a result already:
  /// the caller has to run the callback. At most one call for each object.
  [[nodiscard]] bool attach() {
    // (6) release: synchronizes with the acquire (2)
    // (7) acquire: synchronizes with the release (1)
    return (word_.fetch_or(kAttached, std::memory_order_acq_rel) & kReady) == 0;
  }

 private:
  static constexpr std::uint32_t kClaimed = 1;
  static constexpr std::uint32_t kReady = 2;
  static constexpr std::uint32_t kAttached = 4;
  static constexpr std::uint32_t kParked = 8;

  /// Bits are set and never cleared. kReady implies kClaimed. Whoever is parked has set kParked, or seen it set, while kReady was not: a
  /// publish that follows sees it. kParked without a sleeper is legal, and costs one needless wake.
  typename P::template Atomic<std::uint32_t> word_{0};
};

}  // namespace proberen::detail
