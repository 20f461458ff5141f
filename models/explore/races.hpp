/// Races: two accesses to a byte by different threads, one of them a write, not both atomic, neither happening before the other
/// ([intro.races]). For each 8 bytes of memory the accesses are kept that another one may still race with: in the manner of FastTrack
/// (Flanagan, Freund, PLDI 2009), with what each byte needs kept apart.
///
/// Atomic accesses are in the graph, and are not kept here: a cell knows which locations lie in it.
///
/// Nothing is lost: a cell grows as it must. Cost of an access: O(accesses kept for its 8 bytes), usually one or two.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "models/explore/graph.hpp"

namespace proberen::explore {

/// One access, as seen by the detector.
struct MemoryAccess {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  ThreadId thread = 0;
  std::uint32_t time = 0;               ///< one more than the events of its thread before it
  const Graph::Clock* known = nullptr;  ///< what happens before it
  Site site = 0;
  bool write = false;
};

struct Race {
  ThreadId thread = 0;  ///< of the earlier access
  Site site = 0;
  bool write = false;
  bool atomic = false;
};

class Races {
 public:
  /// A new execution begins: nothing has been accessed.
  void begin() { ++run_; }

  struct Cell;

  /// The plain access with which this plain one races, if any; else it is noted. `atomic` gets a cell in which atomic accesses were made,
  /// if there is one.
  [[nodiscard]] std::optional<Race> note(const MemoryAccess& access, Cell*& atomic);

  [[nodiscard]] Cell* find(std::uintptr_t address) { return &cell(address); }
  /// The cells of a location: one, or two where it is 16 bytes long. They stay where they are.
  [[nodiscard]] Cell* cell_of(LocationId location, std::uintptr_t address);
  /// Notes that the cell holds an atomic location; whether plain accesses to it were made, one of which an atomic one may meet().
  [[nodiscard]] bool note_atomic(Cell& cell) const {
    cell.atomic_run = run_;
    return cell.run == run_ && cell.count != 0;
  }
  /// The plain access with which this atomic one races, if any. The location lies in the cell.
  [[nodiscard]] std::optional<Race> meet(Cell& cell, const MemoryAccess& access) const;

  /// Whether a plain write to one of the bytes was made in this execution.
  [[nodiscard]] bool written(std::uintptr_t address, std::size_t size) const;

  /// What lies in so many bytes is looked at piece by piece without asking first whether it has been accessed.
  static constexpr std::size_t kFew = 4096;
  /// The first address from `at` on, before `end`, that was accessed in this execution, or lies in a cell that was; `end` where there is
  /// none. O(cells that there are in the range + its size / 4096).
  [[nodiscard]] std::uintptr_t next_accessed(std::uintptr_t at, std::uintptr_t end) const;

  /// The bytes begin a new life.
  void forget(std::uintptr_t address, std::size_t size);

  /// What is known of 8 bytes of memory.
  struct Entry {
    Site site;
    std::uint32_t time;
    std::uint8_t thread;
    std::uint8_t bytes;  ///< which of the eight
    bool write;
  };
  struct Cell {
    std::uint64_t run = 0;         ///< in which the entries were made
    std::uint64_t atomic_run = 0;  ///< the last one with an atomic access
    std::uint32_t count = 0;
    std::vector<LocationId> locations;  ///< that have been in it
    std::vector<Entry> more;            ///< beyond the first two
    Entry first[2];
  };

 private:
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
