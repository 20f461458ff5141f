/// Locations: which address is which location of the graph, what it held at first, and what memory shows of it.
///
/// A plain write to an atomic location begins a new life of it (an object has been constructed there anew): the address then means another
/// location. Such a write happens after all accesses to the old life, or it is a race, so all executions agree on which life an access
/// means.
///
/// Atomic writes reach memory as well: it shows the write that is latest in modification order among those performed, so that plain
/// reads and code that is not instrumented find what happens before them.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/explore/graph.hpp"

namespace proberen::explore {

class Locations {
 public:
  /// A new execution begins: memory is as it was.
  void begin() { ++run_; }

  /// The location at the address; kNoLocation where an access of another size overlaps it.
  [[nodiscard]] LocationId find(std::uintptr_t address, unsigned size) {
    Slot& slot = slots_[slot_of(address)];
    if (slot.address != address || slot.size != size) return find_slowly(address, size, address);
    return slot.run == run_ ? slot.current : find_at(slot, address);
  }
  /// Whether an access now means this location, and is not the first one to its life in this execution.
  [[nodiscard]] bool is(LocationId location, std::uintptr_t address, unsigned size) const {
    const Place& place = places_[static_cast<std::size_t>(location)];
    return place.address == address && place.size == size && place.run == run_;
  }
  /// The location that contains the bytes, where a wider one does, and how many bits of its value come before them: a futex may be half of
  /// a word that is updated as a whole.
  [[nodiscard]] LocationId find_around(std::uintptr_t address, unsigned size, unsigned& shift);
  /// The location that stands for the sleepers of a queue.
  [[nodiscard]] LocationId find_queue(std::uintptr_t queue);

  [[nodiscard]] Value initial(LocationId location) const { return places_[static_cast<std::size_t>(location)].initial; }
  [[nodiscard]] std::uintptr_t address(LocationId location) const { return places_[static_cast<std::size_t>(location)].address; }
  [[nodiscard]] unsigned size(LocationId location) const { return places_[static_cast<std::size_t>(location)].size; }
  [[nodiscard]] bool is_queue(LocationId location) const { return places_[static_cast<std::size_t>(location)].size == 0; }

  /// The value may be seen in memory, unless a later one is there already.
  void show(LocationId location, int place, Value value);

  /// The bytes have been written plainly: every location in them begins a new life.
  void forget(std::uintptr_t address, std::size_t size);

 private:
  struct Place {
    std::uintptr_t address = 0;
    unsigned size = 0;  ///< 0: a queue
    LocationId next_life = kNoLocation;
    int shown = 0;          ///< the place in modification order of what memory holds
    std::uint64_t run = 0;  ///< in which an access to the address means it
    Value initial = 0;
  };
  struct Home {
    LocationId first = kNoLocation;
    LocationId current = kNoLocation;
    std::uint64_t run = 0;
    bool ended = false;    ///< the next access begins another life
    bool crowded = false;  ///< another location may overlap it
    unsigned widest = 0;   ///< of its lives, in bytes
  };

  /// What is known of an address, or of a queue.
  struct Slot {
    std::uintptr_t address = 0;
    unsigned size = 0;
    LocationId current = kNoLocation;  ///< in the execution `run`
    std::uint64_t run = 0;
    Home* home = nullptr;
  };

  static constexpr std::size_t kSlots = 1024;
  static std::size_t slot_of(std::uintptr_t address) { return (address ^ (address >> 12)) % kSlots; }
  LocationId find_slowly(std::uintptr_t address, unsigned size, std::uintptr_t key);
  LocationId find_at(Slot& slot, std::uintptr_t address);
  LocationId live(Home& home, std::uintptr_t address, unsigned size);
  void meet_neighbours(std::uintptr_t address, unsigned size);
  [[nodiscard]] bool overlaps(std::uintptr_t address, unsigned size) const;

  std::uint64_t run_ = 0;
  std::vector<Slot> slots_ = std::vector<Slot>(kSlots);  ///< a cache
  std::unordered_map<std::uintptr_t, Home> homes_;
  std::vector<Place> places_;
};

}  // namespace proberen::explore
