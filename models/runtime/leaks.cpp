#include "models/runtime/leaks.hpp"

#include <unordered_set>

#include "models/runtime/libc/mappings.hpp"

namespace proberen::runtime {
namespace {

class Marking {
 public:
  void scan(std::uintptr_t low, std::uintptr_t high) {
    constexpr std::uintptr_t kWord = sizeof(std::uintptr_t);
    for (std::uintptr_t at = (low + kWord - 1) & ~(kWord - 1); at + kWord <= high; at += kWord) {
      const std::uintptr_t value = *reinterpret_cast<const std::uintptr_t*>(at);
      if (in_arena(value)) reach(value);
    }
  }
  void finish() {
    while (!open_.empty()) {
      const Block& block = *open_.back();
      open_.pop_back();
      scan(block.start, block.start + block.size);
    }
  }
  [[nodiscard]] const Block* unreached() const {
    for (explore::ThreadId thread = 0; thread < heap_threads(); ++thread) {
      const HeapBlocks blocks = heap_blocks(thread);
      for (std::size_t i = blocks.kept; i < blocks.count; ++i) {
        if (!blocks.first[i].freed && !reached_.contains(&blocks.first[i])) return &blocks.first[i];
      }
    }
    return nullptr;
  }
  void reach_kept() {
    const HeapBlocks blocks = heap_blocks(0);
    for (std::size_t i = 0; i < blocks.kept; ++i) reach(blocks.first[i].start);
  }

 private:
  void reach(std::uintptr_t address) {
    const Block* const block = heap_block_near(address);
    if (block == nullptr || block->freed || address < block->start || address > block->start + block->size) return;
    if (reached_.insert(block).second) open_.push_back(block);
  }

  std::unordered_set<const Block*> reached_;
  std::vector<const Block*> open_;
};

}  // namespace

const Block* find_leak(const std::vector<Module>& modules, std::uintptr_t thread_pointer) {
  Marking marking;
  marking.reach_kept();
  for (const Module& module : modules) {
    if (module.own) continue;
    for (const Range& range : module.writable) marking.scan(range.low, range.high);
    if (module.tls_size != 0) marking.scan(thread_pointer - module.tls_below, thread_pointer - module.tls_below + module.tls_size);
  }
  for_each_mapped_page([&](const char* page, std::size_t size) {
    const auto low = reinterpret_cast<std::uintptr_t>(page);
    marking.scan(low, low + size);
  });
  marking.finish();
  return marking.unreached();
}

}  // namespace proberen::runtime
