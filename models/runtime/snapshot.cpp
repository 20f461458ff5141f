#include "models/runtime/snapshot.hpp"

#include <sys/mman.h>

#include <cstring>

namespace proberen::runtime {
namespace {

constexpr std::uintptr_t kPage = 4096;
constexpr std::size_t kSmall = std::size_t{64} << 10;

Snapshot* running = nullptr;

void put_back(const Range& range, const Range& all, const std::vector<char>& bytes) {
  std::memcpy(reinterpret_cast<void*>(range.low), bytes.data() + (range.low - all.low), range.high - range.low);
}

}  // namespace

Snapshot::Snapshot(const std::vector<Module>& modules) {
  for (const Module& module : modules) {
    if (!module.of_program) continue;
    for (Range range : module.writable) {
      if (!module.instrumented) range.high = (range.high + kPage - 1) & ~(kPage - 1);  // the rest of the page is nobody's
      const auto* start = reinterpret_cast<const char*>(range.low);
      parts_.push_back({range, std::vector<char>(start, start + (range.high - range.low)), !module.instrumented, {}});
    }
  }
  running = this;
  for (Part& part : parts_) {
    if (part.seldom || part.bytes.size() > kSmall) watch(part);
  }
}

Snapshot::~Snapshot() {
  running = nullptr;
  for (const Part& part : parts_) {
    if (part.watched.low != part.watched.high)
      mprotect(reinterpret_cast<void*>(part.watched.low), part.watched.high - part.watched.low, PROT_READ | PROT_WRITE);
  }
}

void Snapshot::watch(Part& part) {
  const Range pages{(part.range.low + kPage - 1) & ~(kPage - 1), part.range.high & ~(kPage - 1)};
  part.written.reserve((pages.high - pages.low) / kPage);
  if (mprotect(reinterpret_cast<void*>(pages.low), pages.high - pages.low, PROT_READ) == 0) part.watched = pages;
}

void Snapshot::restore() const {
  for (const Part& part : parts_) {
    if (part.watched.low == part.watched.high) {
      put_back(part.range, part.range, part.bytes);
      continue;
    }
    put_back({part.range.low, part.watched.low}, part.range, part.bytes);
    put_back({part.watched.high, part.range.high}, part.range, part.bytes);
    for (const std::uintptr_t page : part.written) put_back({page, page + kPage}, part.range, part.bytes);
  }
}

bool Snapshot::on_fault(std::uintptr_t address) {
  if (running == nullptr) return false;
  for (Part& part : running->parts_) {
    if (!part.watched.contains(address)) continue;
    const std::uintptr_t page = address & ~(kPage - 1);
    for (const std::uintptr_t known : part.written) {
      if (known == page) return false;
    }
    if (mprotect(reinterpret_cast<void*>(page), kPage, PROT_READ | PROT_WRITE) != 0) return false;
    part.written.push_back(page);
    return true;
  }
  return false;
}

}  // namespace proberen::runtime
