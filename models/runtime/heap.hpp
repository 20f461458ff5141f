/// Heap: where an explored program's memory comes from. An arena at a fixed address, of which each thread has a part of its own, handed out
/// from the bottom up and never reused within an execution: an address depends on the thread and on what it has allocated before, not on
/// the schedule, and memory that was freed stays recognisable.
///
/// Every block has a header, which with the gap behind the block forms its red zones. A shadow has one byte for each 8 of the arena: how
/// many of them the program may touch, or that they were freed.
///
/// What static constructors have allocated before main is kept (heap_keep) and put back for every execution. Limits: an access to a block
/// that is not instrumented (inside libc) is not checked; a block may be overrun unseen by more than the gap into the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "models/runtime/kernel_threads.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::runtime {

inline constexpr std::uintptr_t kArena = 0x0b00'0000'0000;
inline constexpr std::size_t kPartSize = std::size_t{1} << 30;  ///< of one thread
inline constexpr std::size_t kArenaSize = kPartSize * explore::kMaxThreads;
inline constexpr std::uintptr_t kShadow = 0x0c00'0000'0000;
static_assert(kStacks + kStackStride * kStackSlots <= kArena && kArena + kArenaSize <= kShadow);
inline constexpr unsigned char kWholeWord = 8;
inline constexpr unsigned char kFreed = 0xfd;

[[nodiscard]] inline bool in_arena(std::uintptr_t address) { return address - kArena < kArenaSize; }
[[nodiscard]] inline bool in_arena(const void* pointer) { return in_arena(reinterpret_cast<std::uintptr_t>(pointer)); }
[[nodiscard]] inline unsigned char& shadow_of(std::uintptr_t address) {
  return reinterpret_cast<unsigned char*>(kShadow)[(address - kArena) >> 3];
}

struct Block {
  std::uintptr_t start = 0;
  std::size_t size = 0;
  explore::Site allocated_at = 0;
  explore::Site freed_at = 0;
  explore::ThreadId allocated_by = explore::kNoThread;
  explore::ThreadId freed_by = explore::kNoThread;
  bool freed = false;
  bool filled = false;  ///< with kUnwritten, where nobody has written since
};

/// What malloc leaves in a block that is not too big, byte by byte: a value that programs seldom mean.
inline constexpr unsigned char kUnwritten = 0xb7;
inline constexpr std::size_t kMostFilled = std::size_t{64} << 10;

/// Reserves the arena. False when something else is at its address.
[[nodiscard]] bool heap_reserve();
/// Whether it is there; allocations of the program come from it from then on.
extern bool heap_ready;
/// All that is allocated now belongs to every execution.
void heap_keep();
/// As it was at heap_keep().
void heap_begin_execution();

/// Null when the arena is full. The memory is zero.
[[nodiscard]] void* heap_allocate(std::size_t size, std::size_t alignment, explore::Site site);
/// The block that starts at `pointer`, freed or not; null if none does.
[[nodiscard]] Block* heap_block_at(const void* pointer);
/// The block that the address is in or next to; null if there is none below it.
[[nodiscard]] Block* heap_block_near(std::uintptr_t address);
/// What is in the block means nothing until it is written.
void heap_fill(Block& block);
/// For an atomic read that has found kUnwritten in every byte: fails the execution if the block is as malloc gave it.
void heap_check_written(std::uintptr_t address, std::size_t size, explore::Site site);
void heap_free(Block& block, explore::Site site);

/// The blocks of one thread, in the order of their addresses; the first `kept` are from before main.
struct HeapBlocks {
  const Block* first = nullptr;
  std::size_t count = 0;
  std::size_t kept = 0;
};
[[nodiscard]] HeapBlocks heap_blocks(explore::ThreadId thread);
/// Only of the threads 0 … heap_threads()-1 there may be some.
[[nodiscard]] explore::ThreadId heap_threads();

/// The reason why an access would be wrong: fails the execution. Called when the shadow objects.
[[noreturn]] void heap_complain(std::uintptr_t address, std::size_t size, bool write, explore::Site site);
/// Whether every byte of it may be touched.
[[nodiscard]] bool heap_accessible(std::uintptr_t address, std::size_t size);

/// Fails the execution where the address, on the stack of a thread but main, is of one that has ended.
void heap_check_stack(std::uintptr_t address, std::size_t size, bool write, explore::Site site);

/// For the hooks: fails the execution where the access is outside of a living block, or on a stack that nobody has any more.
inline void heap_check(std::uintptr_t address, std::size_t size, bool write, explore::Site site) {
  if (__builtin_expect(!in_arena(address), 1)) {
    // Main's stack stays as long as the process.
    const bool other = !on_one_stack(address, reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)));
    if (__builtin_expect(other && stack_slot(address) > 0, 0)) heap_check_stack(address, size, write, site);
    return;
  }
  const unsigned char bytes = shadow_of(address);
  if (__builtin_expect(bytes == kWholeWord && (address & 7U) + size <= 8, 1)) return;
  if (!heap_accessible(address, size)) heap_complain(address, size, write, site);
}

}  // namespace proberen::runtime
