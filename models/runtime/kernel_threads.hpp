/// KernelThreads: threads that do nothing but lend their identity. A fiber that runs with the thread pointer of one is that thread for
/// libc: errno, thread_local, pthread_self() and exceptions are its own.
///
/// They are started when first needed and parked for ever. Each has a stack at a fixed address, of which it uses the topmost bytes; the
/// fiber gets the rest. The lowest part is a guard: touching it is a stack overflow.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

inline constexpr std::uintptr_t kStacks = 0x0a00'0000'0000;
inline constexpr std::size_t kStackStride = std::size_t{8} << 20;
inline constexpr std::size_t kStackGuard = std::size_t{64} << 10;
inline constexpr int kStackSlots = explore::kMaxThreads;

/// A stack and the thread pointer to use on it.
struct Borrowed {
  std::uintptr_t thread_pointer = 0;
  char* stack_low = nullptr;
  char* stack_top = nullptr;
  pthread_t handle = 0;
};

/// Reserves the address range of all stacks. False when something else is there.
[[nodiscard]] bool reserve_stacks();
/// Slot 0 is the calling thread's identity on a stack of the range; the others are parked threads. False when none can be started.
[[nodiscard]] bool borrow(int slot, Borrowed& borrowed);
/// Makes the memory of the stack, which nobody runs on, zero.
void clean(const Borrowed& borrowed);
/// Which slot's stack an address is in; -1: none.
[[nodiscard]] inline int stack_slot(std::uintptr_t address) {
  const std::uintptr_t offset = address - kStacks;
  return offset < kStackStride * kStackSlots ? static_cast<int>(offset / kStackStride) : -1;
}
/// Whether two addresses, one of which is on a stack, are on the same one.
[[nodiscard]] inline bool on_one_stack(std::uintptr_t first, std::uintptr_t second) {
  static_assert(kStacks % kStackStride == 0 && (kStackStride & (kStackStride - 1)) == 0);
  return (first ^ second) < kStackStride;
}
/// Whether the address is in the guard of some stack.
[[nodiscard]] inline bool in_stack_guard(std::uintptr_t address) {
  return stack_slot(address) >= 0 && (address - kStacks) % kStackStride < kStackGuard;
}

}  // namespace proberen::runtime
