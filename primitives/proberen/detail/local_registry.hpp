/// LocalRegistry: the cells of all thread-local objects, and the tags that tell these apart.
///
/// Cells are numbered densely, because their numbers are indices into the table of every thread. A cell is used again once its object has
/// ended; a tag never is. Lock-free, so the child of a fork finds it whole whatever the other threads were doing.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "proberen/detail/local_cell.hpp"
#include "proberen/platform.hpp"

namespace proberen::detail {

/// One object's cell, and the object's tag, unique among all objects there ever were.
template <Platform P, class Rules = LocalRules>
struct LocalHandle {
  LocalCell<P, Rules>* cell = nullptr;
  std::uint64_t tag = 0;
  std::uint32_t index = 0;  ///< the cell's, at hand for the fast path
};

template <Platform P, class Rules = LocalRules>
class LocalRegistry {
 public:
  using Cell = LocalCell<P, Rules>;
  using Handle = LocalHandle<P, Rules>;

  constexpr LocalRegistry() = default;
  LocalRegistry(const LocalRegistry&) = delete;
  LocalRegistry& operator=(const LocalRegistry&) = delete;

  /// A cell and a tag for a new object. A step or two; where cells are free, as many more as there are cells.
  [[nodiscard]] Handle claim() {
    const std::uint64_t tag = next_tag_.fetch_add(1, std::memory_order_relaxed);
    if (free_.load(std::memory_order_relaxed) != 0) {
      for (Cell* cell = first(); cell != nullptr; cell = cell->next) {
        cell->place_mark.read();
        if (!cell->claim(tag)) continue;
        free_.fetch_add(~std::uint32_t{0}, std::memory_order_relaxed);
        return {cell, tag, cell->index};
      }
    }
    return add(tag);
  }

  /// Gives back the cell of an object that has ended.
  void free(Cell& cell) {
    cell.free();
    free_.fetch_add(1, std::memory_order_relaxed);
  }

  /// For the child of a fork, in its only thread: `keep(cell)` for each cell, and the count of those that are free is made right.
  template <class Keep>
  void keep_only(Keep keep) {
    std::uint32_t free = 0;
    for (Cell* cell = first(); cell != nullptr; cell = cell->next) {
      keep(*cell);
      free += cell->is_free() ? 1 : 0;
    }
    free_.store(free, std::memory_order_relaxed);
  }

  /// Deletes the cells; no object and no table may be left. The registry of a whole program never does: threads may outlive everything.
  void dispose() {
    for (Cell* cell = first(); cell != nullptr;) delete std::exchange(cell, cell->next);
    first_.store(nullptr, std::memory_order_relaxed);
  }

 private:
  Handle add(std::uint64_t tag) {
    Cell* const cell = new Cell(tag);
    Cell* latest = nullptr;
    do {
      latest = first();
      if (latest != nullptr) latest->place_mark.read();
      cell->index = latest != nullptr ? latest->index + 1 : 0;
      cell->next = latest;
      cell->place_mark.write();
      // (2) release: synchronizes with the acquire (1)
    } while (!first_.compare_exchange_strong(latest, cell, std::memory_order_release, std::memory_order_relaxed));
    return {cell, tag, cell->index};
  }

  [[nodiscard]] Cell* first() const {
    // (1) acquire: synchronizes with the release (2): the cells of the list have been made
    return first_.load(std::memory_order_acquire);
  }

  /// The cell that was added last; each has the number after that of its `next`. Cells are only ever added.
  typename P::template Atomic<Cell*> first_{nullptr};
  /// Greater than any tag that is in use.
  typename P::template Atomic<std::uint64_t> next_tag_{Cell::kFirstTag};
  /// A hint, how many cells are free: a wrong one costs a needless search or a needless cell.
  typename P::template Atomic<std::uint32_t> free_{0};
};

}  // namespace proberen::detail
