#include "models/runtime/racy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/call.hpp"
#include "models/runtime/recorder.hpp"

namespace proberen::runtime {

bool races_explored = false;

namespace {

std::vector<RacyPlace> places;  // few: each was a race of its own

bool fits(std::uintptr_t address, std::size_t size) {
  return (size == 1 || size == 2 || size == 4 || size == 8 || size == 16) && address % size == 0;
}

bool known(std::uintptr_t address, std::size_t size) {
  return std::any_of(places.begin(), places.end(), [&](const RacyPlace& place) { return place.overlaps(address, size); });
}

void announce_plain(std::uintptr_t address, std::size_t size, bool write, Site site) {
  if (size == 0) return;
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
  const auto add = [](std::uintptr_t at, unsigned bytes) {
    if (!known(at, bytes)) places.push_back({at, bytes});
  };
  if (fits(address, size)) add(address, static_cast<unsigned>(size));
  // What is larger, or overlaps with a known one, byte by byte: its parts may be used in any way.
  if (places.size() == before) {
    for (std::uintptr_t at = address; at < address + size; ++at) add(at, 1);
  }
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
