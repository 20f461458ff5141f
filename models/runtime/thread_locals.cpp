#include "models/runtime/thread_locals.hpp"

#include <cstring>

#include "models/runtime/arch/arch.hpp"

namespace proberen::runtime {

ThreadLocals::ThreadLocals(const std::vector<Module>& modules, bool whole) {
  for (const Module& module : modules) {
    if (module.tls_size == 0 || module.own || module.system) continue;
    Block block{module.tls_below, module.tls_size, module.tls_image_size, module.tls_image, whole || !module.instrumented, {}};
    const auto* start = reinterpret_cast<const char*>(thread_pointer() - block.below);
    block.saved.assign(start, start + block.size);
    blocks_.push_back(std::move(block));
  }
}

void ThreadLocals::make_new(std::uintptr_t thread_pointer) const {
  for (const Block& block : blocks_) {
    auto* start = reinterpret_cast<char*>(thread_pointer - block.below);
    std::memcpy(start, block.image, block.image_size);
    std::memset(start + block.image_size, 0, block.size - block.image_size);
  }
}

void ThreadLocals::put_back(std::uintptr_t thread_pointer) const {
  for (const Block& block : blocks_) {
    if (block.kept) std::memcpy(reinterpret_cast<char*>(thread_pointer - block.below), block.saved.data(), block.size);
  }
}

}  // namespace proberen::runtime
