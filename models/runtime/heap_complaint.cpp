// What is wrong with an access to the heap, in words.

#include <cstdio>

#include "models/runtime/heap.hpp"
#include "models/runtime/session.hpp"

namespace proberen::runtime {
namespace {

std::string hex(std::uintptr_t address) {
  char text[32];
  std::snprintf(text, sizeof(text), "0x%lx", static_cast<unsigned long>(address));
  return text;
}

std::string bytes(std::size_t size) { return std::to_string(size) + (size == 1 ? " byte" : " bytes"); }

std::string place_in(const Block& block, std::uintptr_t address) {
  if (address < block.start) return bytes(block.start - address) + " before a block of " + bytes(block.size);
  if (address - block.start >= block.size)
    return bytes(address - block.start - block.size) + " past the end of a block of " + bytes(block.size);
  return bytes(address - block.start) + " into a block of " + bytes(block.size);
}

}  // namespace

void heap_complain(std::uintptr_t address, std::size_t size, bool write, explore::Site site) {
  using explore::FailureKind;
  // The first byte that is wrong says more than the first of the access.
  std::uintptr_t wrong = address;
  while (wrong + 1 < address + size && heap_accessible(wrong, 1)) ++wrong;
  const std::string access = (write ? "write of " : "read of ") + bytes(size);
  const Block* const block = heap_block_near(wrong);
  if (block == nullptr) {
    engine().fail(FailureKind::kOutOfBounds, access + " at " + hex(address) + ", where nothing was allocated",
                  {{current->id, site, access}});
  }
  std::vector<explore::Place> places{{current->id, site, access}};
  const bool inside = wrong >= block->start && wrong - block->start < block->size;
  if (block->freed && inside) {
    places.push_back({block->freed_by, block->freed_at, "freed here"});
    places.push_back({block->allocated_by, block->allocated_at, "allocated here"});
    engine().fail(FailureKind::kUseAfterFree,
                  access + " " + place_in(*block, wrong) + " that thread " + std::to_string(block->freed_by) + " has freed",
                  std::move(places));
  }
  places.push_back({block->allocated_by, block->allocated_at, "allocated here"});
  engine().fail(FailureKind::kOutOfBounds, access + " " + place_in(*block, wrong), std::move(places));
}

void heap_check_stack(std::uintptr_t address, std::size_t size, bool write, explore::Site site) {
  const int owner = stack_slot(address);
  if (owner >= session->threads() || !engine().finished(owner)) return;
  if (address >= reinterpret_cast<std::uintptr_t>(session->fiber(owner).borrowed.stack_top)) return;
  const std::string access = (write ? "write of " : "read of ") + bytes(size);
  engine().fail(explore::FailureKind::kUseAfterFree, access + " on the stack of thread " + std::to_string(owner) + ", which has ended",
                {{current->id, site, access}});
}

void heap_check_written(std::uintptr_t address, std::size_t size, explore::Site site) {
  const Block* const block = heap_block_near(address);
  if (block == nullptr || block->freed || !block->filled || !engine().read_unwritten()) return;
  const std::string access = "atomic read of " + bytes(size);
  engine().fail(explore::FailureKind::kUninitializedRead,
                access + " " + place_in(*block, address) + " that malloc gave and nobody has written",
                {{current->id, site, access}, {block->allocated_by, block->allocated_at, "allocated here"}});
}

}  // namespace proberen::runtime
