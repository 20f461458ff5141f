#include "models/runtime/snapshot.hpp"

#include <cstring>

namespace proberen::runtime {

Snapshot::Snapshot(const std::vector<Module>& modules) {
  for (const Module& module : modules) {
    if (!module.instrumented) continue;
    for (const Range& range : module.writable) {
      const auto* start = reinterpret_cast<const char*>(range.low);
      parts_.push_back({range, std::vector<char>(start, start + (range.high - range.low))});
    }
  }
}

void Snapshot::restore() const {
  for (const Part& part : parts_) std::memcpy(reinterpret_cast<void*>(part.range.low), part.bytes.data(), part.bytes.size());
}

}  // namespace proberen::runtime
