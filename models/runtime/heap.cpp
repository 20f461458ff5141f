#include "models/runtime/heap.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "models/runtime/libc/mappings.hpp"
#include "models/runtime/session.hpp"

namespace proberen::runtime {

bool heap_ready = false;

namespace {

/// In front of each block.
struct Header {
  std::uint64_t magic = 0;
  std::uint64_t index = 0;
};
constexpr std::uint64_t kMagic = 0x70726f626572656e;
constexpr std::size_t kGap = 16;
constexpr std::uintptr_t kBlocks = 0x0d00'0000'0000;
constexpr std::size_t kMaxBlocks = std::size_t{1} << 20;  ///< of one thread
constexpr std::size_t kBlocksSize = explore::kMaxThreads * kMaxBlocks * sizeof(Block);
static_assert(kShadow + kArenaSize / 8 <= kBlocks && kBlocks + kBlocksSize <= kMappings);
/// More than this is given back to the kernel between executions rather than zeroed.
constexpr std::size_t kCheapToZero = std::size_t{1} << 20;

/// A thread's part. The first one is also that of what runs before main.
struct Part {
  std::uintptr_t top = 0;  ///< below it memory is in use
  std::size_t count = 0;   ///< of blocks
};
Part parts[explore::kMaxThreads];
int parts_used = 1;

std::uintptr_t bottom_of(int part) { return kArena + static_cast<std::uintptr_t>(part) * kPartSize; }
Block* blocks_of(int part) { return reinterpret_cast<Block*>(kBlocks) + static_cast<std::size_t>(part) * kMaxBlocks; }
int part_of(std::uintptr_t address) { return static_cast<int>((address - kArena) / kPartSize); }

Part& part(int number) {
  for (; parts_used <= number; ++parts_used) parts[parts_used] = {};
  Part& found = parts[number];
  if (found.top == 0) found.top = bottom_of(number);
  return found;
}

/// What heap_keep() has kept.
struct Kept {
  std::vector<char> bytes;
  std::vector<unsigned char> shadow;
  std::vector<Block> blocks;
} kept;

bool reserve(std::uintptr_t address, std::size_t size) {
  void* const wanted = reinterpret_cast<void*>(address);
  return PROBEREN_REAL(mmap)(wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
                             0) == wanted;
}

void zero(std::uintptr_t from, std::uintptr_t to) {
  if (from >= to) return;
  const std::uintptr_t cheap = std::min(to, from + kCheapToZero);
  if (cheap < to) {
    const std::uintptr_t page = (cheap + 4095) & ~std::uintptr_t{4095};
    if (page < to) madvise(reinterpret_cast<void*>(page), to - page, MADV_DONTNEED);
    std::memset(reinterpret_cast<void*>(from), 0, std::min(page, to) - from);
  } else {
    std::memset(reinterpret_cast<void*>(from), 0, to - from);
  }
}

std::uintptr_t shadow_address(std::uintptr_t address) { return reinterpret_cast<std::uintptr_t>(&shadow_of(address)); }

void mark_living(std::uintptr_t start, std::size_t size) {
  unsigned char* const shadow = &shadow_of(start);
  std::memset(shadow, kWholeWord, size / 8);
  if (size % 8 != 0) shadow[size / 8] = static_cast<unsigned char>(size % 8);
}

}  // namespace

bool heap_reserve() {
  if (heap_ready) return true;
  heap_ready = reserve(kArena, kArenaSize) && reserve(kShadow, kArenaSize / 8) && reserve(kBlocks, kBlocksSize);
  return heap_ready;
}

void heap_keep() {
  const Part& first = part(0);
  const auto* bytes = reinterpret_cast<const char*>(kArena);
  kept.bytes.assign(bytes, bytes + (first.top - kArena));
  kept.shadow.assign(&shadow_of(kArena), &shadow_of(kArena) + (first.top - kArena + 7) / 8);
  kept.blocks.assign(blocks_of(0), blocks_of(0) + first.count);
}

void heap_begin_execution() {
  for (int i = 0; i < parts_used; ++i) {
    const std::uintptr_t level = bottom_of(i) + (i == 0 ? kept.bytes.size() : 0);
    Part& used = part(i);
    zero(level, used.top);
    if (used.top > level) zero(shadow_address(level), shadow_address(used.top - 1) + 1);
    used = {level, i == 0 ? kept.blocks.size() : 0};
  }
  if (kept.bytes.empty()) return;
  std::memcpy(reinterpret_cast<void*>(kArena), kept.bytes.data(), kept.bytes.size());
  std::memcpy(&shadow_of(kArena), kept.shadow.data(), kept.shadow.size());
  std::copy(kept.blocks.begin(), kept.blocks.end(), blocks_of(0));
}

void* heap_allocate(std::size_t size, std::size_t alignment, explore::Site site) {
  if (size > kPartSize || alignment > kPartSize) return nullptr;
  alignment = std::bit_ceil(std::max<std::size_t>(alignment, 16));
  const int number = current != nullptr ? current->id : 0;
  Part& mine = part(number);
  const std::uintptr_t start = (mine.top + sizeof(Header) + alignment - 1) & ~(alignment - 1);
  const std::uintptr_t end = (start + std::max<std::size_t>(size, 1) + kGap + 15) & ~std::uintptr_t{15};
  if (end > bottom_of(number) + kPartSize || mine.count == kMaxBlocks) return nullptr;
  auto* header = reinterpret_cast<Header*>(start) - 1;
  header->magic = kMagic;
  header->index = mine.count;
  blocks_of(number)[mine.count++] = {start, size, site, 0, current != nullptr ? current->id : explore::kNoThread, explore::kNoThread,
                                     false};
  mark_living(start, size);
  mine.top = end;
  return reinterpret_cast<void*>(start);
}

Block* heap_block_at(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  if (!in_arena(address) || (address & 15U) != 0) return nullptr;
  const int number = part_of(address);
  if (address < bottom_of(number) + sizeof(Header) || address >= part(number).top) return nullptr;
  const auto* header = reinterpret_cast<const Header*>(address) - 1;
  Block* const blocks = blocks_of(number);
  if (header->magic == kMagic && header->index < part(number).count && blocks[header->index].start == address)
    return &blocks[header->index];
  Block* const near = heap_block_near(address);  // the header may have been overwritten by code that nobody checks
  return near != nullptr && near->start == address ? near : nullptr;
}

Block* heap_block_near(std::uintptr_t address) {
  if (!in_arena(address)) return nullptr;
  Block* const blocks = blocks_of(part_of(address));
  Block* const end = blocks + part(part_of(address)).count;
  Block* const after = std::upper_bound(blocks, end, address, [](std::uintptr_t value, const Block& block) { return value < block.start; });
  // What is just below a block is more likely meant for that one.
  if (after == blocks) return nullptr;
  if (after != end && after->start - address <= sizeof(Header) && address >= after[-1].start + after[-1].size + kGap) return after;
  return after - 1;
}

void heap_fill(Block& block) {
  if (block.size > kMostFilled) return;
  std::memset(reinterpret_cast<void*>(block.start), kUnwritten, block.size);
  block.filled = true;
}

void heap_free(Block& block, explore::Site site) {
  block.freed = true;
  block.freed_at = site;
  block.freed_by = current != nullptr ? current->id : explore::kNoThread;
  std::memset(&shadow_of(block.start), kFreed, (block.size + 7) / 8);
}

explore::ThreadId heap_threads() { return parts_used; }

HeapBlocks heap_blocks(explore::ThreadId thread) { return {blocks_of(thread), part(thread).count, thread == 0 ? kept.blocks.size() : 0}; }

bool heap_accessible(std::uintptr_t address, std::size_t size) {
  if (address + size > part(part_of(address)).top) return false;
  for (const std::uintptr_t end = address + size; address < end;) {
    const unsigned char bytes = shadow_of(address);
    const std::uintptr_t word = address & ~std::uintptr_t{7};
    const std::uintptr_t last = std::min(end, word + 8);
    if (bytes > kWholeWord || last - word > bytes) return false;
    address = last;
  }
  return true;
}

}  // namespace proberen::runtime
