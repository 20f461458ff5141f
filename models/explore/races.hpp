/// Races: two accesses to a byte by different threads, one of them a write, not both atomic, neither happening before the other
/// ([intro.races]). For each 8 bytes of memory the accesses are kept that another one may still race with: in the manner of FastTrack
/// (Flanagan, Freund, PLDI 2009), with what each byte needs kept apart.
///
/// Nothing is lost: a cell grows as it must. Cost of an access: O(accesses kept for its 8 bytes), usually one or two.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <memory>
#include <vector>

#include "models/explore/graph.hpp"

namespace proberen::explore {

/// One access, as seen by the detector.
struct MemoryAccess {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  ThreadId thread = 0;
  std::uint32_t time = 0;               ///< one more than the events of its thread before it, or up to it if it is one
  const Graph::Clock* known = nullptr;  ///< what happens before it
  Site site = 0;
  bool write = false;
  bool atomic = false;
};

struct Race {
  ThreadId thread = 0;  ///< of the earlier access
  Site site = 0;
  bool write = false;
  bool atomic = false;
  unsigned size = 0;
};

class Races {
 public:
  /// A new execution begins: nothing has been accessed.
  void begin() { ++run_; }

  /// The access with which this one races, if any; else it is noted. `atomic_before` is set where an atomic access was seen in those bytes.
  [[nodiscard]] std::optional<Race> note(const MemoryAccess& access, bool& atomic_before);

  /// The bytes begin a new life.
  void forget(std::uintptr_t address, std::size_t size);

 private:
  struct Entry {
    Site site;
    std::uint32_t time;
    std::uint8_t thread;
    std::uint8_t bytes;  ///< which of the eight
    bool write;
    bool atomic;
  };
  struct Cell {
    std::uint64_t run = 0;
    std::uint32_t count = 0;
    bool atomic = false;
    std::vector<Entry> more;  ///< beyond the first two
    Entry first[2];
  };
  static constexpr std::size_t kCells = 512;
  struct Page {
    Cell cells[kCells];
  };

  Cell& cell(std::uintptr_t address);
  std::optional<Race> note(Cell& cell, const MemoryAccess& access, std::uint8_t bytes);
  static Entry& entry(Cell& cell, std::uint32_t i) { return i < 2 ? cell.first[i] : cell.more[i - 2]; }

  std::uint64_t run_ = 0;
  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  static constexpr std::size_t kCached = 64;
  std::uintptr_t cached_number_[kCached] = {};
  Page* cached_[kCached] = {};
};

}  // namespace proberen::explore
