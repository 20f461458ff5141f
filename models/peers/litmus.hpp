/// Litmus programs in one form that two engines run: templates over `A`, which has
///
///   A::Int                  an atomic int, 0 at first, with the interface of std::atomic<int>, every order written
///   A::fence(order)         std::atomic_thread_fence
///
/// A program has kThreads threads; what thread `t` does is `thread(t)`. `r` is what came of it, registers first, then the last values of
/// locations: read by `last()` when all threads have ended.
#pragma once

#include <array>
#include <atomic>
#include <string>

namespace proberen::peers {

using enum std::memory_order;
using Order = std::memory_order;

inline constexpr Order kNoFence = relaxed;

/// `kThreads` threads, `kResults` results.
template <int kThreadCount, int kResults>
struct Litmus {
  static constexpr int kThreads = kThreadCount;
  std::array<int, kResults> r{};

  void last() {}
  /// `r0=1 r1=0`
  [[nodiscard]] std::string outcome() const {
    std::string text;
    for (std::size_t i = 0; i < r.size(); ++i) text += (i == 0 ? "r" : " r") + std::to_string(i) + "=" + std::to_string(r[i]);
    return text;
  }
};

template <class A>
void fence(Order order) {
  if (order != kNoFence) A::fence(order);
}

}  // namespace proberen::peers
