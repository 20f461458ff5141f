#include "models/explore/locations.hpp"

#include <cstring>

namespace proberen::explore {
namespace {

constexpr std::uintptr_t kQueueBit = std::uintptr_t{1} << 63;
constexpr std::uintptr_t kWidest = 16;

/// memcpy whose size is mostly one of four, and known where it is compiled then.
void copy_value(void* to, const void* from, unsigned size) {
  switch (size) {
    case 1:
      std::memcpy(to, from, 1);
      break;
    case 2:
      std::memcpy(to, from, 2);
      break;
    case 4:
      std::memcpy(to, from, 4);
      break;
    case 8:
      std::memcpy(to, from, 8);
      break;
    default:
      std::memcpy(to, from, size);
  }
}

}  // namespace

bool Locations::overlaps(std::uintptr_t address, unsigned size) const {
  for (std::uintptr_t near = address - (kWidest - 1); near < address + size; ++near) {
    const auto home = homes_.find(near);
    if (home == homes_.end() || home->second.run != run_ || home->second.ended) continue;
    const Place& place = places_[static_cast<std::size_t>(home->second.current)];
    if (near == address ? place.size != size : near + place.size > address) return true;
  }
  return false;
}

LocationId Locations::live(Home& home, std::uintptr_t address, unsigned size) {
  // Another life, or the first: of the size that is asked for.
  LocationId* link = &home.first;
  if (home.run == run_) link = &places_[static_cast<std::size_t>(home.current)].next_life;
  if (*link == kNoLocation) {
    const auto fresh = static_cast<LocationId>(places_.size());
    *link = fresh;  // before the vector moves
    places_.push_back({address, size});
    home.current = fresh;
  } else {
    home.current = *link;
  }
  home.run = run_;
  home.ended = false;
  Place& place = places_[static_cast<std::size_t>(home.current)];
  place.size = size;
  place.shown = 0;
  place.run = run_;
  place.initial = 0;
  if (size != 0) copy_value(&place.initial, reinterpret_cast<const void*>(address), size);
  return home.current;
}

/// Notes which locations another one may overlap in some execution: most have none, and need not be looked at again.
void Locations::meet_neighbours(std::uintptr_t address, unsigned size) {
  Home& home = homes_[address];
  home.widest = size;
  for (std::uintptr_t near = address - (kWidest - 1); near < address + size; ++near) {
    const auto other = homes_.find(near);
    if (near == address || other == homes_.end() || near + other->second.widest <= address) continue;
    other->second.crowded = home.crowded = true;
  }
}

LocationId Locations::find_slowly(std::uintptr_t address, unsigned size, std::uintptr_t key) {
  Home& home = homes_[key];
  if (size > home.widest) meet_neighbours(address, size);
  Slot& slot = slots_[slot_of(key)];
  slot = {key, size, kNoLocation, 0, &home};
  return find_at(slot, address);
}

LocationId Locations::find_at(Slot& slot, std::uintptr_t address) {
  Home& home = *slot.home;
  const unsigned size = slot.size;
  if (home.run == run_ && !home.ended) {
    if (places_[static_cast<std::size_t>(home.current)].size != size) return kNoLocation;
  } else {
    if (size != 0 && home.crowded && overlaps(address, size)) return kNoLocation;
    live(home, address, size);
  }
  slot.current = home.current;
  slot.run = run_;
  return home.current;
}

LocationId Locations::find_around(std::uintptr_t address, unsigned size, unsigned& shift) {
  for (std::uintptr_t near = address - (kWidest - 1); near <= address; ++near) {
    const auto home = homes_.find(near);
    if (home == homes_.end() || home->second.run != run_ || home->second.ended) continue;
    const Place& place = places_[static_cast<std::size_t>(home->second.current)];
    if (place.size < size || near + place.size < address + size) continue;
    shift = static_cast<unsigned>(address - near) * 8;
    return home->second.current;
  }
  shift = 0;
  return find(address, size);
}

LocationId Locations::find_queue(std::uintptr_t queue) {
  const std::uintptr_t key = queue | kQueueBit;
  Slot& slot = slots_[slot_of(key)];
  if (slot.address != key) return find_slowly(queue, 0, key);
  return slot.run == run_ ? slot.current : find_at(slot, queue);
}

void Locations::show(LocationId location, int place, Value value) {
  Place& shown = places_[static_cast<std::size_t>(location)];
  if (shown.size == 0 || place <= shown.shown) return;
  shown.shown = place;
  copy_value(reinterpret_cast<void*>(shown.address), &value, shown.size);
}

void Locations::forget(std::uintptr_t address, std::size_t size) {
  for (std::uintptr_t near = address - (kWidest - 1); near < address + size; ++near) {
    const auto found = homes_.find(near);
    if (found == homes_.end() || found->second.run != run_) continue;
    Place& place = places_[static_cast<std::size_t>(found->second.current)];
    if (near + place.size <= address) continue;
    // The next access to it finds the new life.
    Home& home = found->second;
    home.ended = true;
    place.run = 0;
    slots_[slot_of(near)].run = 0;
  }
}

}  // namespace proberen::explore
