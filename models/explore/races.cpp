#include "models/explore/races.hpp"

#include <algorithm>

namespace proberen::explore {

Races::Cell& Races::cell(std::uintptr_t address) {
  const std::uintptr_t granule = address / 8;
  const std::uintptr_t number = granule / kCells + 1;
  const std::size_t slot = slot_of(number);
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
  }
  return found;
}

std::optional<Race> Races::note(const MemoryAccess& access, Cell*& atomic) {
  std::uintptr_t address = access.address;
  const std::uintptr_t end = address + access.size;
  while (address < end) {
    const std::uintptr_t first = address % 8;
    const std::uintptr_t past = std::min<std::uintptr_t>(8, first + (end - address));
    Cell& here = cell(address);
    const std::uint8_t bytes = bytes_between(first, past);
    if (auto race = note(here, access, bytes)) return race;
    if (meets_atomics(here, bytes)) atomic = &here;
    address += past - first;
  }
  return std::nullopt;
}

std::optional<Race> Races::note(Cell& cell, const MemoryAccess& access, std::uint8_t bytes) {
  const Entry fresh = entry_of(access, bytes);
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    Entry& old = entry(cell, i);
    const bool ordered = old.thread == fresh.thread || access.known[old.thread] >= old.time;
    if (!ordered && conflict(old, fresh)) return Race{old.thread, old.site, old.write, false, old.birth};
    old.bytes = bytes_left(old, fresh, ordered);
    if (old.bytes == 0) continue;
    if (kept != i) entry(cell, kept) = old;
    ++kept;
  }
  cell.count = kept;
  if (cell.count < 2) {
    cell.first[cell.count] = fresh;
  } else {
    std::vector<Entry>& entries = more(cell).entries;
    entries.resize(cell.count - 2);
    entries.push_back(fresh);
  }
  ++cell.count;
  return std::nullopt;
}

Races::Cell* Races::cell_of(LocationId location, std::uintptr_t address, std::size_t size) {
  Cell& here = cell(address);
  here.atomics |= bytes_between(address % 8, std::min<std::uintptr_t>(8, address % 8 + size));
  std::vector<LocationId>& locations = more(here).locations;
  if (std::find(locations.begin(), locations.end(), location) == locations.end()) locations.push_back(location);
  return &here;
}

std::optional<Race> Races::meet(Cell& cell, const MemoryAccess& access) const {
  if (cell.run != run_) return std::nullopt;
  const std::uint8_t bytes = bytes_between(access.address % 8, std::min<std::uintptr_t>(8, access.address % 8 + access.size));
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    const Entry& old = entry(cell, i);
    if (old.thread == static_cast<std::uint8_t>(access.thread) || access.known[old.thread] >= old.time) continue;
    if ((old.bytes & bytes) != 0 && (old.write || access.write)) return Race{old.thread, old.site, old.write, false, old.birth};
  }
  return std::nullopt;
}

bool Races::written(std::uintptr_t address, std::size_t size) const {
  const std::uintptr_t end = address + size;
  for (std::uintptr_t at = next_accessed(address, end); at < end; at = next_accessed((at | 7) + 1, end)) {
    const Cell& here = pages_.find(at / 8 / kCells + 1)->second->cells[at / 8 % kCells];
    if (here.run != run_) continue;
    const std::uint8_t bytes = bytes_between(at % 8, std::min<std::uintptr_t>(8, at % 8 + (end - at)));
    for (std::uint32_t i = 0; i < here.count; ++i) {
      const Entry& old = entry(here, i);
      if (old.write && !old.birth && (old.bytes & bytes) != 0) return true;
    }
  }
  return false;
}

std::uintptr_t Races::next_accessed(std::uintptr_t at, std::uintptr_t end) const {
  while (at < end) {
    const std::uintptr_t number = at / 8 / kCells + 1;
    const std::uintptr_t page_end = std::min(end, number * kCells * 8);
    const auto page = pages_.find(number);
    for (; page != pages_.end() && at < page_end; at = (at | 7) + 1) {
      const Cell& here = page->second->cells[at / 8 % kCells];
      if (here.run == run_ || here.atomic_run == run_) return at;
    }
    at = page_end;
  }
  return end;
}

void Races::forget(std::uintptr_t address, std::size_t size) {
  for (std::uintptr_t at = address; at < address + size; at += 8 - at % 8) {
    Cell& here = cell(at);
    here.count = 0;
    here.atomic_run = 0;
  }
}

}  // namespace proberen::explore
