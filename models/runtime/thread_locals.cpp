#include "models/runtime/thread_locals.hpp"

#include <cstring>

#include "models/runtime/arch/arch.hpp"

namespace proberen::runtime {

ThreadLocals::ThreadLocals(const std::vector<Module>& modules, bool whole) {
  for (const Module& module : modules) {
    if (module.tls_size == 0 || module.own || module.system || module.of_runtime) continue;
    const auto* initialized = static_cast<const char*>(module.tls_image);
    const auto* start = reinterpret_cast<const char*>(thread_pointer() - module.tls_below);
    std::vector<char> image(initialized, initialized + module.tls_image_size);
    image.resize(module.tls_size);
    blocks_.push_back({module.tls_below, whole || !module.instrumented, std::move(image), {start, start + module.tls_size}});
  }
}

void ThreadLocals::make_new(std::uintptr_t thread_pointer) const {
  for (const Block& block : blocks_) {
    std::memcpy(reinterpret_cast<char*>(thread_pointer - block.below), block.image.data(), block.image.size());
  }
}

void ThreadLocals::put_back(std::uintptr_t thread_pointer) const {
  for (const Block& block : blocks_) {
    if (block.kept) std::memcpy(reinterpret_cast<char*>(thread_pointer - block.below), block.saved.data(), block.saved.size());
  }
}

}  // namespace proberen::runtime
