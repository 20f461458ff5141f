#include "models/explore/races.hpp"

#include <algorithm>

namespace proberen::explore {

Races::Cell& Races::cell(std::uintptr_t address) {
  const std::uintptr_t granule = address / 8;
  const std::uintptr_t number = granule / kCells + 1;
  const std::size_t slot = number % kCached;
  if (cached_number_[slot] != number) {
    std::unique_ptr<Page>& page = pages_[number];
    if (!page) page = std::make_unique<Page>();
    cached_number_[slot] = number;
    cached_[slot] = page.get();
  }
  Cell& found = cached_[slot]->cells[granule % kCells];
  if (found.run != run_) {
    found.run = run_;
    found.count = 0;
    found.atomic = false;
  }
  return found;
}

std::optional<Race> Races::note(const MemoryAccess& access, bool& atomic_before) {
  std::uintptr_t address = access.address;
  const std::uintptr_t end = address + access.size;
  while (address < end) {
    const std::uintptr_t first = address % 8;
    const std::uintptr_t past = std::min<std::uintptr_t>(8, first + (end - address));
    const auto bytes = static_cast<std::uint8_t>(((1U << (past - first)) - 1U) << first);
    Cell& here = cell(address);
    if (auto race = note(here, access, bytes)) return race;
    atomic_before = atomic_before || here.atomic;
    here.atomic = here.atomic || access.atomic;
    address += past - first;
  }
  return std::nullopt;
}

std::optional<Race> Races::note(Cell& cell, const MemoryAccess& access, std::uint8_t bytes) {
  std::uint32_t kept = 0;
  bool noted = false;
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    Entry& old = entry(cell, i);
    const bool same_thread = old.thread == static_cast<std::uint8_t>(access.thread);
    const bool ordered = same_thread || access.known[old.thread] >= old.time;
    const bool conflict = (old.bytes & bytes) != 0 && (old.write || access.write) && !(old.atomic && access.atomic);
    if (conflict && !ordered) return Race{old.thread, old.site, old.write, old.atomic, static_cast<unsigned>(access.size)};
    if (same_thread && old.bytes == bytes && old.write == access.write && old.atomic == access.atomic) {
      old.time = access.time;
      old.site = access.site;
      noted = true;
    } else if (ordered && access.write && !access.atomic && (old.bytes & ~bytes) == 0) {
      continue;  // whatever races with it races with this write as well
    }
    if (kept != i) entry(cell, kept) = old;
    ++kept;
  }
  cell.count = kept;
  if (noted) return std::nullopt;
  const Entry fresh{access.site, access.time, static_cast<std::uint8_t>(access.thread), bytes, access.write, access.atomic};
  if (cell.count < 2) {
    cell.first[cell.count] = fresh;
  } else {
    cell.more.resize(cell.count - 2);
    cell.more.push_back(fresh);
  }
  ++cell.count;
  return std::nullopt;
}

void Races::forget(std::uintptr_t address, std::size_t size) {
  for (std::uintptr_t at = address; at < address + size; at += 8 - at % 8) {
    Cell& here = cell(at);
    here.count = 0;
    here.atomic = false;
  }
}

}  // namespace proberen::explore
