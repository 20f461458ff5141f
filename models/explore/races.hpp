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
  bool birth = false;  ///< a write that leaves nothing to be read: the memory was allocated
};

struct Race {
  ThreadId thread = 0;  ///< of the earlier access
  Site site = 0;
  bool write = false;
  bool atomic = false;
  bool birth = false;
};

class Races {
 public:
  /// A new execution begins: nothing has been accessed.
  void begin() { ++run_; }

  struct Cell;

  /// The plain access with which this plain one races, if any; else it is noted. `atomic` gets a cell in which it may meet atomic accesses,
  /// if there is one.
  [[nodiscard]] std::optional<Race> note(const MemoryAccess& access, Cell*& atomic);
  /// The same where it is simple: in one cell, where at most one access is known, and no atomic one is met. `known` gives what happens
  /// before the access, and is asked only where that matters. False: it is not so simple, or a race, and nothing is noted.
  template <class Known>
  [[nodiscard]] bool note_simply(MemoryAccess access, const Known& known);

  [[nodiscard]] Cell* find(std::uintptr_t address) { return &cell(address); }
  /// The cell of a location, or of those of its bytes that one cell has. It stays where it is.
  [[nodiscard]] Cell* cell_of(LocationId location, std::uintptr_t address, std::size_t size);
  /// Notes that the cell holds an atomic location; whether plain accesses to it were made, one of which an atomic one may meet().
  [[nodiscard]] bool note_atomic(Cell& cell) const {
    cell.atomic_run = run_;
    return cell.run == run_ && cell.count != 0;
  }
  /// Whether all of them happen before who knows `known`, where that is easily seen: they are few.
  [[nodiscard]] static bool is_after(const Cell& cell, const Graph::Clock* known) {
    const auto before = [=](const Entry& entry) { return known[entry.thread] >= entry.time; };
    return cell.count <= 2 && before(cell.first[0]) && (cell.count < 2 || before(cell.first[1]));
  }
  /// The plain access with which this atomic one races, if any. The location lies in the cell.
  [[nodiscard]] std::optional<Race> meet(Cell& cell, const MemoryAccess& access) const;

  /// Whether a plain write to one of the bytes was made in this execution, since its birth if it was born in it.
  [[nodiscard]] bool written(std::uintptr_t address, std::size_t size) const;

  /// What lies in so many bytes is looked at piece by piece without asking first whether it has been accessed.
  static constexpr std::size_t kFew = 4096;
  /// The first address from `at` on, before `end`, that was accessed in this execution, or lies in a cell that was; `end` where there is
  /// none. O(cells that there are in the range + its size / 4096).
  [[nodiscard]] std::uintptr_t next_accessed(std::uintptr_t at, std::uintptr_t end) const;

  /// The bytes begin a new life.
  void forget(std::uintptr_t address, std::size_t size);

  struct Entry {
    Site site;
    std::uint32_t time;
    std::uint8_t thread;
    std::uint8_t bytes;  ///< which of the eight
    bool write;
    bool birth;
  };
  static_assert(kMaxThreads <= 256);  // as Entry::thread is a byte
  /// What few cells need.
  struct More {
    std::vector<LocationId> locations;  ///< that have been in it
    std::vector<Entry> entries;         ///< beyond the first two
  };
  /// What is known of 8 bytes of memory, in one line of the cache.
  struct alignas(64) Cell {
    std::uint64_t run = 0;         ///< in which the entries were made
    std::uint64_t atomic_run = 0;  ///< the last one with an atomic access
    std::uint32_t count = 0;       ///< of entries
    std::uint8_t atomics = 0;      ///< which of the bytes have ever been of an atomic location
    Entry first[2];
    std::unique_ptr<More> more;  ///< null: nothing there
  };

 private:
  static constexpr std::size_t kCells = 512;
  struct Page {
    Cell cells[kCells];
  };

  Cell& cell(std::uintptr_t address);
  std::optional<Race> note(Cell& cell, const MemoryAccess& access, std::uint8_t bytes);
  static Entry& entry(Cell& cell, std::uint32_t i) { return i < 2 ? cell.first[i] : cell.more->entries[i - 2]; }
  static const Entry& entry(const Cell& cell, std::uint32_t i) { return i < 2 ? cell.first[i] : cell.more->entries[i - 2]; }
  static More& more(Cell& cell) {
    if (!cell.more) cell.more = std::make_unique<More>();
    return *cell.more;
  }
  [[nodiscard]] bool meets_atomics(const Cell& cell, std::uint8_t bytes) const {
    return cell.atomic_run == run_ && (cell.atomics & bytes) != 0;
  }
  static Entry entry_of(const MemoryAccess& access, std::uint8_t bytes) {
    return {access.site, access.time, static_cast<std::uint8_t>(access.thread), bytes, access.write, access.birth};
  }
  [[nodiscard]] static bool conflict(const Entry& a, const Entry& b) { return (a.bytes & b.bytes) != 0 && (a.write || b.write); }
  /// The bytes for which the earlier one of two accesses that do not race must be kept: the later one is not the same again, and not all
  /// that races with the earlier one races with the later one as well.
  [[nodiscard]] static std::uint8_t bytes_left(const Entry& earlier, const Entry& later, bool ordered) {
    const bool same = earlier.thread == later.thread && earlier.bytes == later.bytes && earlier.write == later.write;
    if (same) return 0;
    return ordered && later.write ? earlier.bytes & static_cast<std::uint8_t>(~later.bytes) : earlier.bytes;
  }
  /// The bytes of one cell, from `first` to before `past`.
  [[nodiscard]] static std::uint8_t bytes_between(std::uintptr_t first, std::uintptr_t past) {
    return static_cast<std::uint8_t>(((1U << (past - first)) - 1U) << first);
  }

  std::uint64_t run_ = 0;
  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  static constexpr int kCachedBits = 6;
  static constexpr std::size_t kCached = std::size_t{1} << kCachedBits;
  /// Stacks lie far apart, at equal distances: a multiplication spreads them (Knuth, "Sorting and Searching", 6.4).
  static std::size_t slot_of(std::uintptr_t number) { return (number * 0x9e3779b97f4a7c15ULL) >> (64 - kCachedBits); }
  std::uintptr_t cached_number_[kCached] = {};
  Page* cached_[kCached] = {};
};

template <class Known>
[[gnu::always_inline]] inline bool Races::note_simply(MemoryAccess access, const Known& known) {
  const std::uintptr_t number = access.address / 8 / kCells + 1;
  const std::uintptr_t first = access.address % 8;
  const std::size_t slot = slot_of(number);
  if (first + access.size > 8 || cached_number_[slot] != number) return false;
  Cell& here = cached_[slot]->cells[access.address / 8 % kCells];
  const Entry fresh = entry_of(access, bytes_between(first, first + access.size));
  if (meets_atomics(here, fresh.bytes)) return false;
  if (here.run != run_ || here.count == 0) {
    here.run = run_;
    here.count = 1;
    here.first[0] = fresh;
    return true;
  }
  if (here.count != 1) return false;
  Entry& old = here.first[0];
  const bool ordered = old.thread == fresh.thread || known()[old.thread] >= old.time;
  if (!ordered && conflict(old, fresh)) return false;
  old.bytes = bytes_left(old, fresh, ordered);
  if (old.bytes != 0) here.count = 2;
  here.first[here.count - 1] = fresh;
  return true;
}

}  // namespace proberen::explore
