/// EventCount: sleep until a condition that others make true without a lock. The idea is D. Vyukov's eventcount; the fences are asymmetric, so that
/// making the condition true costs one compiler barrier and one load of a word that hardly ever changes.
#pragma once

#include <atomic>
#include <cstdint>

#include "proberen/platform.hpp"

namespace proberen::detail {

template <Platform P>
class EventCount {
 public:
  /// Call after the condition has become true for `count` waiters.
  void notify(std::uint32_t count) {
    // Pairs with the heavy fence in wait(): either the load below sees the waiter, or the waiter's first look sees the condition.
    P::light_fence();
    if (waiters_.load(std::memory_order_relaxed) == 0) [[likely]] return;
    wake(count);
  }

  /// Returns `ready()`'s true, or false when the deadline passed and one more `ready()` was false.
  template <class Ready>
  [[nodiscard]] bool wait(Ready ready, Deadline deadline) {
    waiters_.fetch_add(1, std::memory_order_relaxed);
    P::heavy_fence();
    bool done = false;
    for (bool in_time = true;;) {
      // (1) acquire: synchronizes with the release (2), so that who sees the new epoch sees the condition that it announces
      const std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
      done = ready();
      if (done || !in_time) break;
      in_time = P::park(epoch_, epoch, deadline);
    }
    waiters_.fetch_sub(1, std::memory_order_relaxed);
    return done;
  }

 private:
  [[gnu::noinline]] void wake(std::uint32_t count) {
    // (2) release: synchronizes with the acquire (1)
    epoch_.fetch_add(1, std::memory_order_release);
    P::unpark(epoch_, count);
  }

  /// At least the threads that are parked: a thread counts itself before its last look at the condition and until it is done.
  typename P::template Atomic<std::uint32_t> waiters_{0};
  /// Changes between a waiter's look and its park whenever the condition became true in between.
  typename P::template Atomic<std::uint32_t> epoch_{0};
};

}  // namespace proberen::detail
