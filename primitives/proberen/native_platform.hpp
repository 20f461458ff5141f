/// NativePlatform and SharedPlatform: kernel threads, parked on futexes (futex(2); Drepper, "Futexes Are Tricky", 2011).
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "proberen/platform.hpp"
#include "proberen/scope.hpp"

namespace proberen {

namespace detail {

/// Sleeps while `*address == expected`. False when `deadline` passed, true otherwise; EINTR is resumed with the same absolute deadline.
bool futex_wait(const void* address, std::uint32_t expected, Deadline deadline, Scope scope) noexcept;

/// Wakes up to `count` sleepers; a waker may call it on memory that has been freed (FUTEX_WAKE reads only the address).
void futex_wake(const void* address, std::uint32_t count, Scope scope) noexcept;

/// Whether a stop has been requested that ends the calling thread's waits until `deadline`: see detail/stop.hpp.
bool is_stopped(Deadline deadline) noexcept;

/// The slow side of an asymmetric fence: membarrier(2) where the kernel has it, else a fence (then `asymmetric_fences` is false).
void heavy_fence(Scope scope) noexcept;

/// True when heavy_fence() makes light fences free; decided once, before main.
extern const bool asymmetric_fences;

/// 0 on a machine with one core, where waiting for another thread to run by spinning cannot succeed.
extern const int native_spin_limit;

inline thread_local char thread_identity;

}  // namespace detail

/// The scope selects the futex's key, nothing else.
template <Scope kOfFutexes>
struct BasicNativePlatform {
  static constexpr Scope kScope = kOfFutexes;

  template <class T>
  using Atomic = std::atomic<T>;

  struct SharedData {
    constexpr void read() const noexcept {}
    constexpr void write() const noexcept {}
  };

  static bool park(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) noexcept {
    return detail::futex_wait(&word, expected, deadline, kScope);
  }
  static bool park(const std::atomic<std::uint64_t>& word, std::uint32_t expected_low, Deadline deadline) noexcept {
    return detail::futex_wait(low_half(word), expected_low, deadline, kScope);
  }
  [[nodiscard]] static bool stopped(Deadline deadline) noexcept { return detail::is_stopped(deadline); }
  static void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) noexcept { detail::futex_wake(&word, count, kScope); }
  static void unpark(const std::atomic<std::uint64_t>& word, std::uint32_t count) noexcept {
    detail::futex_wake(low_half(word), count, kScope);
  }

  static void light_fence() noexcept {
    if (detail::asymmetric_fences) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
  }
  static void heavy_fence() noexcept { detail::heavy_fence(kScope); }

  [[nodiscard]] static Deadline now() noexcept { return SteadyClock::now(); }
  static void yield() noexcept { std::this_thread::yield(); }
  static void relax() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }
  [[nodiscard]] static std::uintptr_t this_thread() noexcept { return reinterpret_cast<std::uintptr_t>(&detail::thread_identity); }
  [[nodiscard]] static int spin_limit() noexcept { return detail::native_spin_limit; }

 private:
  static const void* low_half(const std::atomic<std::uint64_t>& word) noexcept {
    static_assert(sizeof word == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of the word must come first");
    return &word;
  }
};

/// Threads of one process.
using NativePlatform = BasicNativePlatform<Scope::kProcessPrivate>;

/// Objects in memory that several processes map. A thread's identity holds only within its process.
using SharedPlatform = BasicNativePlatform<Scope::kProcessShared>;

static_assert(Platform<NativePlatform> && Platform<SharedPlatform>);

}  // namespace proberen
