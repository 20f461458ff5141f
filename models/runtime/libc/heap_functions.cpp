// malloc and its relatives. An explored program's memory comes from the arena, everybody else's from the C library; free() goes by the
// address.
//
// What libc itself asks for (a FILE's buffer, a locale) outlives executions and never comes from the arena.

#include <malloc.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/libc/memory_functions.hpp"
#include "models/runtime/program.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* pointer, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* pointer);
}

namespace proberen::runtime {
namespace {

/// Whether memory that the function returning to `returns_to` wants comes from the arena.
bool from_arena(const void* returns_to) {
  if (proberen_mode == kExplored) return !is_libc(returns_to);
  return proberen_mode == kNative && static_constructors_run() && !is_libc(returns_to);
}

/// So many bytes of a block are told of as new, or as zeroed by calloc(): of more most are not used before they are written.
constexpr std::size_t kMostTold = 4096;

/// The program allocates: explored, or by a static constructor before main.
template <bool kZero = false>
void* allocate(std::size_t size, std::size_t alignment, std::uintptr_t returns_to, std::uintptr_t frame_end) {
  if (proberen_mode == kNative) return heap_allocate(size, alignment, returns_to);
  const Inside inside;
  effect();
  const Site site = user_site(returns_to, frame_end);
  void* const memory = heap_allocate(size, alignment, site);
  if (memory == nullptr) errno = ENOMEM;
  if (memory == nullptr || size == 0) return memory;
  const std::size_t told = std::min(size, kMostTold);
  if (kZero) {
    announce(memory, told, true, site);
    return memory;
  }
  heap_fill(*heap_block_at(memory));
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  if (!races_explored || !racy_access(address, told, true, site)) engine().memory_allocated(address, told, site);
  return memory;
}

[[noreturn]] void never_allocated(const void* pointer, Site site) {
  char text[80];
  std::snprintf(text, sizeof(text), "free of %p, which no allocation has returned", pointer);
  fail(FailureKind::kCrash, text, site, "free");
}

/// Of memory outside the arena that the program gives up: fails the execution where the memory is no allocator's.
void check_allocated(const void* pointer, std::uintptr_t returns_to, std::uintptr_t frame_end) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  const auto& modules = session->modules();
  const bool is_static = std::any_of(modules.begin(), modules.end(), [=](const Module& module) { return module.whole.contains(address); });
  if (!is_static && stack_slot(address) < 0) return;
  const Inside inside;
  never_allocated(pointer, user_site(returns_to, frame_end));
}

void release(void* pointer, std::uintptr_t returns_to, std::uintptr_t frame_end) {
  Block* const block = heap_block_at(pointer);
  if (proberen_mode == kNative) {
    if (block != nullptr && !block->freed) heap_free(*block, returns_to);
    return;
  }
  const Inside inside;
  effect();
  const Site site = user_site(returns_to, frame_end);
  if (block == nullptr) never_allocated(pointer, site);
  if (block->freed) {
    engine().fail(FailureKind::kDoubleFree, "a block of " + std::to_string(block->size) + " bytes is freed again",
                  {{current->id, site, "freed again here"},
                   {block->freed_by, block->freed_at, "freed here"},
                   {block->allocated_by, block->allocated_at, "allocated here"}});
  }
  current->last_access = {block->start, block->size, true};
  engine().memory_dies(block->start, block->size, site);
  heap_free(*block, site);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

#define PROBEREN_CALLER \
  reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16

PROBEREN_INTERPOSED void* malloc(std::size_t size) {
  if (!from_arena(__builtin_return_address(0))) return __libc_malloc(size);
  return allocate(size, 16, PROBEREN_CALLER);
}

PROBEREN_INTERPOSED void* calloc(std::size_t count, std::size_t size) {
  if (!from_arena(__builtin_return_address(0))) return __libc_calloc(count, size);
  std::size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return allocate<true>(total, 16, PROBEREN_CALLER);
}

PROBEREN_INTERPOSED void free(void* pointer) {
  if (pointer == nullptr) return;
  if (!in_arena(pointer)) {
    if (proberen_mode != kExplored || is_libc(__builtin_return_address(0))) return __libc_free(pointer);
    check_allocated(pointer, PROBEREN_CALLER);
    return;  // memory from before the exploration must be there for the next execution, too
  }
  if (proberen_mode == kInside) return;
  if (proberen_mode == kNative && !static_constructors_run()) return;  // after the exploration
  release(pointer, PROBEREN_CALLER);
}

PROBEREN_INTERPOSED void* realloc(void* pointer, std::size_t size) {
  if (pointer == nullptr ? !from_arena(__builtin_return_address(0)) : !in_arena(pointer)) {
    if (pointer == nullptr || proberen_mode != kExplored || is_libc(__builtin_return_address(0))) return __libc_realloc(pointer, size);
    check_allocated(pointer, PROBEREN_CALLER);
    void* const copy = allocate(size, 16, PROBEREN_CALLER);
    if (copy != nullptr) std::memcpy(copy, pointer, std::min(size, malloc_usable_size(pointer)));
    return copy;
  }
  if (pointer == nullptr) return allocate(size, 16, PROBEREN_CALLER);
  const Block* const block = heap_block_at(pointer);
  if (block != nullptr && !block->freed) {
    void* const copy = allocate(size, 16, PROBEREN_CALLER);
    if (copy == nullptr) return nullptr;
    std::memcpy(copy, pointer, std::min(size, block->size));
    release(pointer, PROBEREN_CALLER);
    return copy;
  }
  release(pointer, PROBEREN_CALLER);  // complains
  return nullptr;
}

PROBEREN_INTERPOSED void* memalign(std::size_t alignment, std::size_t size) {
  if (!from_arena(__builtin_return_address(0))) return __libc_memalign(alignment, size);
  return allocate(size, alignment, PROBEREN_CALLER);
}

PROBEREN_INTERPOSED void* aligned_alloc(std::size_t alignment, std::size_t size) {
  if (!from_arena(__builtin_return_address(0))) return __libc_memalign(alignment, size);
  return allocate(size, alignment, PROBEREN_CALLER);
}

PROBEREN_INTERPOSED int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  if (alignment == 0 || alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* const memory =
      from_arena(__builtin_return_address(0)) ? allocate(size, alignment, PROBEREN_CALLER) : __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *result = memory;
  return 0;
}

PROBEREN_INTERPOSED std::size_t malloc_usable_size(void* pointer) {
  if (pointer == nullptr || !in_arena(pointer)) return PROBEREN_REAL(malloc_usable_size)(pointer);
  const Block* const block = heap_block_at(pointer);
  return block == nullptr ? 0 : block->size;
}

// These are libc's own callers of malloc whose result is the program's.
PROBEREN_INTERPOSED char* strndup(const char* text, std::size_t most) {
  const std::size_t length = strnlen(text, most);
  char* copy = nullptr;
  if (from_arena(__builtin_return_address(0)))
    copy = static_cast<char*>(allocate(length + 1, 16, PROBEREN_CALLER));
  else
    copy = static_cast<char*>(__libc_malloc(length + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

PROBEREN_INTERPOSED char* strdup(const char* text) {
  const std::size_t size = std::strlen(text) + 1;
  void* copy = nullptr;
  if (from_arena(__builtin_return_address(0)))
    copy = allocate(size, 16, PROBEREN_CALLER);
  else
    copy = __libc_malloc(size);
  return copy == nullptr ? nullptr : static_cast<char*>(std::memcpy(copy, text, size));
}
