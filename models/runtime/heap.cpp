#include "models/runtime/heap.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <vector>

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
constexpr std::size_t kMaxBlocks = std::size_t{1} << 25;
/// More than this is given back to the kernel between executions rather than zeroed.
constexpr std::size_t kCheapToZero = std::size_t{1} << 20;

Block* const blocks = reinterpret_cast<Block*>(kBlocks);
std::size_t block_count = 0;
std::uintptr_t top = kArena;

/// What heap_keep() has kept.
struct Kept {
  std::vector<char> bytes;
  std::vector<unsigned char> shadow;
  std::vector<Block> blocks;
} kept;

bool reserve(std::uintptr_t address, std::size_t size) {
  void* const wanted = reinterpret_cast<void*>(address);
  return PROBEREN_REAL(mmap)(wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == wanted;
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
  heap_ready = reserve(kArena, kArenaSize) && reserve(kShadow, kArenaSize / 8) && reserve(kBlocks, kMaxBlocks * sizeof(Block));
  return heap_ready;
}

void heap_keep() {
  const auto* bytes = reinterpret_cast<const char*>(kArena);
  kept.bytes.assign(bytes, bytes + (top - kArena));
  kept.shadow.assign(&shadow_of(kArena), &shadow_of(kArena) + (top - kArena + 7) / 8);
  kept.blocks.assign(blocks, blocks + block_count);
}

void heap_begin_execution() {
  const std::uintptr_t level = kArena + kept.bytes.size();
  zero(level, top);
  zero(shadow_address(level), shadow_address(top + 7));
  if (!kept.bytes.empty()) {
    std::memcpy(reinterpret_cast<void*>(kArena), kept.bytes.data(), kept.bytes.size());
    std::memcpy(&shadow_of(kArena), kept.shadow.data(), kept.shadow.size());
    std::copy(kept.blocks.begin(), kept.blocks.end(), blocks);
  }
  block_count = kept.blocks.size();
  top = level;
}

void* heap_allocate(std::size_t size, std::size_t alignment, explore::Site site) {
  alignment = std::max<std::size_t>(alignment, 16);
  if (size > kArenaSize || alignment > kArenaSize) return nullptr;
  const std::uintptr_t start = (top + sizeof(Header) + alignment - 1) & ~(alignment - 1);
  const std::uintptr_t end = (start + std::max<std::size_t>(size, 1) + kGap + 15) & ~std::uintptr_t{15};
  if (end > kArena + kArenaSize || block_count == kMaxBlocks) return nullptr;
  auto* header = reinterpret_cast<Header*>(start) - 1;
  header->magic = kMagic;
  header->index = block_count;
  blocks[block_count++] = {start, size, site, 0, current != nullptr ? current->id : explore::kNoThread, explore::kNoThread, false};
  mark_living(start, size);
  top = end;
  return reinterpret_cast<void*>(start);
}

Block* heap_block_at(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  if (!in_arena(address) || address < kArena + sizeof(Header) || (address & 15U) != 0 || address >= top) return nullptr;
  const auto* header = reinterpret_cast<const Header*>(address) - 1;
  if (header->magic == kMagic && header->index < block_count && blocks[header->index].start == address) return &blocks[header->index];
  Block* const near = heap_block_near(address);  // the header may have been overwritten by code that nobody checks
  return near != nullptr && near->start == address ? near : nullptr;
}

Block* heap_block_near(std::uintptr_t address) {
  Block* const end = blocks + block_count;
  Block* const after = std::upper_bound(blocks, end, address, [](std::uintptr_t value, const Block& block) { return value < block.start; });
  if (after == blocks) return nullptr;
  // What is just below a block is more likely meant for that one.
  if (after != end && after->start - address <= sizeof(Header) && address >= after[-1].start + after[-1].size + kGap) return after;
  return after - 1;
}

void heap_free(Block& block, explore::Site site) {
  block.freed = true;
  block.freed_at = site;
  block.freed_by = current != nullptr ? current->id : explore::kNoThread;
  std::memset(&shadow_of(block.start), kFreed, (block.size + 7) / 8);
}

bool heap_accessible(std::uintptr_t address, std::size_t size) {
  if (address + size > top) return false;
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
