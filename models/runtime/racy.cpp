#include "models/runtime/racy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/call.hpp"
#include "models/runtime/recorder.hpp"

namespace proberen::runtime {

bool races_explored = false;

namespace {

std::vector<RacyPlace> places;  // few: each was a race of its own

/// Notes the bytes from `address` to `end`, none of which are known, in pieces that a register can hold.
void add(std::uintptr_t address, std::uintptr_t end) {
  while (address < end) {
    unsigned size = 8;
    while (address % size != 0 || size > end - address) size /= 2;
    places.push_back({address, size});
    address += size;
  }
}

/// An access touches a part of the place: the search starts again with two.
[[noreturn]] void split(RacyPlace place, std::uintptr_t at) {
  std::erase_if(places, [&](const RacyPlace& other) { return other.address == place.address; });
  add(place.address, at);
  add(at, place.address + place.size);
  session->start_over();
}

void announce_plain(std::uintptr_t address, std::size_t size, bool write, Site site) {
  if (size == 0) return;
  current->last_access = {address, size, false};
  if (write)
    engine().plain_write(address, size, site);
  else
    engine().plain_read(address, size, site);
}

void explore_write(const RacyPlace& place, Site site) {
  effect();
  engine().before_store(place.address, place.size);  // when the store is told of, what was there is gone
  current->pending.push_back({place, site, 0});
}

Value explore_read(const RacyPlace& place, Site site) {
  note_atomic(place.address, place.size);
  return engine().load({place.address, place.size, Order::kRelaxed, site});
}

}  // namespace

bool racy_add(std::uintptr_t address, std::size_t size) {
  const std::size_t before = places.size();
  const std::uintptr_t end = address + size;
  std::sort(places.begin(), places.end(), [](const RacyPlace& a, const RacyPlace& b) { return a.address < b.address; });
  std::uintptr_t at = address;
  for (std::size_t i = 0; i < before; ++i) {
    const RacyPlace place = places[i];
    if (!place.overlaps(address, size)) continue;
    if (place.address > at) add(at, place.address);
    at = place.address + place.size;
  }
  if (at < end) add(at, end);
  races_explored = proberen_spins_on_plain_reads = attention = true;
  return places.size() != before;
}

void racy_clear() {
  places.clear();
  races_explored = proberen_spins_on_plain_reads = false;
  attention = recording;
}

std::string racy_text() {
  if (places.empty()) return "";
  std::string text = "R";
  for (const RacyPlace& place : places) {
    char one[48];
    std::snprintf(one, sizeof(one), "%s%lx:%u", text.size() == 1 ? "" : ",", static_cast<unsigned long>(place.address), place.size);
    text += one;
  }
  return text + ";";
}

void racy_parse(std::string& witness) {
  const std::size_t end = witness.find(';');
  if (witness.empty() || witness[0] != 'R' || end == std::string::npos) return;
  const char* at = witness.c_str() + 1;
  while (*at != ';' && *at != '\0') {
    char* next = nullptr;
    const std::uintptr_t address = std::strtoull(at, &next, 16);
    if (*next != ':') break;
    const auto size = static_cast<unsigned>(std::strtoul(next + 1, &next, 10));
    static_cast<void>(racy_add(address, size));
    at = *next == ',' ? next + 1 : next;
  }
  witness.erase(0, end + 1);
}

bool racy_access(std::uintptr_t address, std::size_t size, bool write, Site site) {
  std::vector<RacyRead>& touched = current->touched;  // the fiber's: who is left here does not come back to free it
  touched.clear();
  for (const RacyPlace& place : places) {
    if (place.overlaps(address, size)) touched.push_back({place, 0});
  }
  if (touched.empty()) return false;
  std::sort(touched.begin(), touched.end(), [](const RacyRead& a, const RacyRead& b) { return a.place.address < b.place.address; });
  for (const auto& [place, value] : touched) {
    if (place.address < address) split(place, address);
    if (place.address + place.size > address + size) split(place, address + size);
  }
  std::uintptr_t at = address;
  for (auto& [place, value] : touched) {
    if (place.address > at) announce_plain(at, place.address - at, write, site);
    if (write)
      explore_write(place, site);
    else
      value = explore_read(place, site);
    at = std::max(at, place.address + place.size);
  }
  // After the last read: at each one other threads may have run, and have written there.
  if (!write) {
    for (const auto& [place, value] : touched) std::memcpy(reinterpret_cast<void*>(place.address), &value, place.size);
  }
  if (at < address + size) announce_plain(at, address + size - at, write, site);
  return true;
}

namespace {

unsigned char cover_of(unsigned char byte) { return byte ^ 0xa5U; }

}  // namespace

void racy_hide(std::uintptr_t address, std::size_t size) {
  if (size < 4) return;
  HiddenBytes& hidden = current->hidden;
  hidden.address = address;
  hidden.size = std::min(size, sizeof(hidden.before));
  auto* const there = reinterpret_cast<unsigned char*>(address);
  std::memcpy(hidden.before, there, hidden.size);
  std::transform(there, there + hidden.size, there, cover_of);
}

bool racy_is_made() {
  HiddenBytes& hidden = current->hidden;
  const std::size_t size = std::exchange(hidden.size, 0);
  auto* const there = reinterpret_cast<unsigned char*>(hidden.address);
  const auto is_cover = [](unsigned char now, unsigned char before) { return now == cover_of(before); };
  if (size == 0 || !std::equal(there, there + size, hidden.before, is_cover)) return true;
  std::memcpy(there, hidden.before, size);
  return false;
}

void racy_flush() {
  Fiber& fiber = *current;
  // All of them are looked at before the first is told of: other threads may run then, and what they read is put in memory.
  for (PendingWrite& write : fiber.pending) std::memcpy(&write.value, reinterpret_cast<const void*>(write.place.address), write.place.size);
  for (std::size_t i = 0; i < fiber.pending.size(); ++i) {
    const PendingWrite write = fiber.pending[i];
    note_atomic(write.place.address, write.place.size);
    engine().store({write.place.address, write.place.size, Order::kRelaxed, write.site}, write.value);
  }
  fiber.pending.clear();
}

}  // namespace proberen::runtime
