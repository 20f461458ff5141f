/// EventCount: sleep until a condition that others make true without a lock. The idea is D. Vyukov's eventcount; the fences are asymmetric,
/// so that making the condition true costs one compiler barrier and one load of a word that hardly ever changes; and who notifies takes the
/// waiter's token away, so that one sleep costs one wake, however long the sleeper takes to get a core.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::detail {

template <Platform P>
class EventCount {
 public:
  /// Call after the condition has become true for `count` waiters.
  void notify(std::uint32_t count) {
    // Pairs with the heavy fence in wait(): either this load sees the waiter's token, or the waiter's look sees the condition.
    P::light_fence();
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    if (tokens_of(word) != 0) [[unlikely]]
      wake(word, count);
  }

  /// Returns `ready()`'s true, or false when the deadline passed and one more `ready()` was false.
  template <class Ready>
  [[nodiscard]] bool wait(Ready ready, Deadline deadline) {
    for (bool in_time = true;;) {
      const std::uint32_t epoch = epoch_of(word_.fetch_add(kToken, std::memory_order_relaxed));
      P::heavy_fence();
      const bool done = ready();
      if (done || !in_time) {
        withdraw(epoch);
        return done;
      }
      in_time = P::park(word_, epoch, deadline);
    }
  }

 private:
  static constexpr std::uint64_t kToken = std::uint64_t{1} << 32;

  static std::uint32_t epoch_of(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
  static std::uint32_t tokens_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

  [[gnu::noinline]] void wake(std::uint64_t word, std::uint32_t count) {
    std::uint32_t taken = 0;
    std::uint64_t next = 0;
    do {
      taken = std::min(tokens_of(word), count);
      if (taken == 0) return;  // another notifier took them
      next = (word - taken * kToken) & ~std::uint64_t{0xffffffff};
      next |= epoch_of(word) + std::uint32_t{1};
    } while (!word_.compare_exchange_weak(word, next, std::memory_order_relaxed, std::memory_order_relaxed));
    P::unpark(word_, taken);
  }

  /// Takes our token back if nobody has taken it. A later epoch means that tokens were taken since, perhaps ours: then one too many may
  /// stay, which costs a needless wake, while one too few would cost a sleeper its wake.
  void withdraw(std::uint32_t epoch) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (epoch_of(word) == epoch) {
      if (word_.compare_exchange_weak(word, word - kToken, std::memory_order_relaxed, std::memory_order_relaxed)) return;
    }
  }

  /// Low half: the epoch, changed whenever tokens are taken. High half: tokens; with the wakes that are on their way, never fewer than the
  /// threads that sleep, because a thread sleeps only while nobody has taken a token since it put its own.
  typename P::template Atomic<std::uint64_t> word_{0};
};

}  // namespace proberen::detail
