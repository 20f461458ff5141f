/// EventCount: sleep until a condition that others make true without a lock. The idea is D. Vyukov's eventcount; the fences are asymmetric,
/// so that making the condition true costs one compiler barrier and one load of a word that hardly ever changes; and who notifies turns a
/// waiter's token into a grant, so that one sleep costs one wake, however long the sleeper takes to get a core.
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
    std::uint64_t word = enter();
    for (bool in_time = true;;) {
      P::heavy_fence();
      const bool done = ready();
      if (done || !in_time) {
        (void)replace_ticket(0);
        return done;
      }
      in_time = P::park(word_, epoch_of(word), deadline);
      word = replace_ticket(kToken);
    }
  }

 private:
  static constexpr std::uint64_t kToken = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kGrant = std::uint64_t{1} << 48;
  static constexpr std::uint32_t kMostTokens = 0xf000;  ///< more waiters than this take turns, so that the field never overflows

  static std::uint32_t epoch_of(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
  static std::uint32_t tokens_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32) & 0xffff; }
  static bool has_grant(std::uint64_t word) { return word >= kGrant; }

  std::uint64_t enter() {
    for (;;) {
      const std::uint64_t word = word_.fetch_add(kToken, std::memory_order_relaxed);
      if (tokens_of(word) < kMostTokens) [[likely]]
        return word;
      (void)replace_ticket(0);
      P::yield();
    }
  }

  [[gnu::noinline]] void wake(std::uint64_t word, std::uint32_t count) {
    std::uint32_t granted = 0;
    std::uint64_t next = 0;
    do {
      granted = std::min(tokens_of(word), count);
      if (granted == 0) return;  // another notifier took them
      next = (word & ~std::uint64_t{0xffffffff}) | (epoch_of(word) + std::uint32_t{1});
      next += granted * (kGrant - kToken);
    } while (!word_.compare_exchange_weak(word, next, std::memory_order_relaxed, std::memory_order_relaxed));
    P::unpark(word_, granted);
  }

  /// Gives up one ticket of a waiter that is awake — a grant while there are any, else a token — for `replacement`. The word before it.
  std::uint64_t replace_ticket(std::uint64_t replacement) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(word, word - (has_grant(word) ? kGrant : kToken) + replacement, std::memory_order_relaxed,
                                        std::memory_order_relaxed)) {
    }
    return word;
  }

  /// From the low end: 32 bits of epoch, changed by every wake; 16 bits of tokens; 16 bits of grants. Every thread in wait() is counted by
  /// one token or one grant. No more grants than waiters that are awake or being woken: a wake adds as many to both, and a waiter that
  /// leaves or lies down again takes a grant with it. So the sleepers are never more than the tokens, and no sleeper is overlooked.
  typename P::template Atomic<std::uint64_t> word_{0};
};

}  // namespace proberen::detail
