/// Platform: what a primitive needs from the world, as one template parameter.
///
/// A primitive is written once, as a template over a Platform, and the very same source runs on kernel threads
/// (NativePlatform), in memory shared by processes (SharedPlatform), under a model checker's platform, and on a MutatedPlatform
/// that breaks one thing on purpose. A Platform provides:
///
///   template <class T> Atomic        the interface of std::atomic<T>, every order written at the call
///   SharedData                       marks accesses to plain memory: `read()` and `write()` cost nothing natively and let a
///                                    checker that cannot see ordinary memory find data races on it
///   park(word, expected, deadline)   sleep while `word` (of an Atomic<uint64_t>, its low half) holds `expected`; true unless the
///                                    deadline passed. May wake spuriously. `expected` is compared with the latest value, atomically
///                                    with falling asleep (futex(2)). Native: a stop (detail/stop.hpp) counts as the deadline's passing,
///                                    unless that is kForever.
///   stopped(deadline)                whether a stop has ended the calling thread's waits until `deadline`, for those who park in slices
///   unpark(word, count)              wake up to `count` threads parked on `word`. Uses the address alone: the word may be gone.
///   light_fence(), heavy_fence()     an asymmetric pair of sequentially consistent fences: light costs (almost) nothing, heavy is
///                                    slow; two light fences do NOT order anything between them, light and heavy do.
///   now()                            the monotonic clock
///   yield(), relax()                 let another thread run; wait a few cycles
///   this_thread()                    a number that no other live thread has; never 0
///   spin_limit()                     how many times to relax() before parking; 0 where spinning is pointless
///   kScope                           where threads of other processes are woken, too: Scope::kProcessShared (scope.hpp)
#pragma once

#include <concepts>
#include <cstdint>

#include "proberen/deadline.hpp"

namespace proberen {

inline constexpr std::uint32_t kWakeAll = 0x7fffffff;

template <class P>
concept Platform = requires(typename P::template Atomic<std::uint32_t>& word, typename P::template Atomic<std::uint64_t>& wide,
                            typename P::SharedData& data, Deadline deadline) {
  { P::park(word, std::uint32_t{0}, deadline) } -> std::same_as<bool>;
  { P::park(wide, std::uint32_t{0}, deadline) } -> std::same_as<bool>;
  { P::stopped(deadline) } -> std::same_as<bool>;
  P::unpark(word, std::uint32_t{1});
  P::unpark(wide, std::uint32_t{1});
  { P::now() } -> std::same_as<Deadline>;
  { P::this_thread() } -> std::same_as<std::uintptr_t>;
  { P::spin_limit() } -> std::same_as<int>;
  P::light_fence();
  P::heavy_fence();
  P::yield();
  P::relax();
  data.read();
  data.write();
};

}  // namespace proberen
