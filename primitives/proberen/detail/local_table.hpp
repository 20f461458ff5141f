/// LocalTable: one thread's values, by the index of their object, and what that thread does with them.
///
/// Only its thread uses a table, so a lookup is two loads and a comparison. A slot is not cleaned when its object ends: its tag, which no
/// later object has, says that what it holds is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "proberen/detail/local_cell.hpp"
#include "proberen/detail/local_registry.hpp"
#include "proberen/platform.hpp"

namespace proberen::detail {

/// An object in one thread. Empty when the tag is 0; out of date when the tag is not that of the object asked for.
template <class Cell>
struct LocalSlot {
  std::uint64_t tag = 0;
  LocalNode* node = nullptr;
  Cell* cell = nullptr;
};

/// Has constant initialization and nothing to destroy, so that a thread has it from its first instruction to its last.
template <Platform P, class Rules = LocalRules>
class LocalTable {
 public:
  using Cell = LocalCell<P, Rules>;
  using Handle = LocalHandle<P, Rules>;

  constexpr LocalTable() = default;
  LocalTable(const LocalTable&) = delete;
  LocalTable& operator=(const LocalTable&) = delete;

  /// This thread's value of the object; null when it has none. Wait-free.
  [[nodiscard]] LocalNode* find(std::uint32_t index, std::uint64_t tag) const noexcept {
    return index < size_ && slots_[index].tag == tag ? slots_[index].node : nullptr;
  }

  /// `make()` a value and keep it: what it throws leaves nothing, and may have touched other objects. Throws std::logic_error when `make`
  /// comes back here for the same object, and when the object has ended.
  template <class Make>
  LocalNode* add(const Handle& object, Make make) {
    for (const Making* making = making_; making != nullptr; making = making->before) {
      if (making->tag == object.tag)
        throw std::logic_error("proberen::ThreadLocal: the factory touches the object that it makes a value for");
    }
    LocalNode* node = nullptr;
    {
      const Making making(*this, object.tag);
      node = make();
    }
    try {
      grow_to(object.index);
      if (!object.cell->link(object.tag, node))
        throw std::logic_error("proberen::ThreadLocal: a value is asked of an object that has ended");
    } catch (...) {
      node->destroy(node);
      throw;
    }
    slots_[object.index] = {object.tag, node, object.cell};
    return node;
  }

  /// Destroys this thread's value of the object, if it has one and the object's end does not. The slot is empty already when the value's
  /// destructor runs. Throws what a cell's take() throws.
  bool remove(std::uint32_t index, std::uint64_t tag) { return find(index, tag) != nullptr && empty_slot(index); }

  /// Before the object ends: what this thread has of it is the end's to destroy.
  void forget(std::uint32_t index, std::uint64_t tag) noexcept {
    if (index < size_ && slots_[index].tag == tag) slots_[index] = {};
  }

  /// As the thread exits: destroys the values of all objects that do not end at this very moment. Destructors may make new values, which
  /// are left for the next round. True when a value was destroyed.
  bool leave() {
    bool destroyed = false;
    // Up to a size that may grow meanwhile: what a destructor makes beyond it, or behind, waits for the next round.
    for (std::uint32_t index = 0, end = size_; index < end; ++index) {
      if (slots_[index].tag != 0) destroyed |= empty_slot(index);
    }
    return destroyed;
  }

  /// Gives back the memory of the slots, as the last thing. Values that are still in them live until their objects end.
  void dispose() noexcept {
    std::allocator<Slot>().deallocate(slots_, size_);  // nothing to destroy in them
    slots_ = nullptr;
    size_ = 0;
  }

  /// How many values of the cell this thread is destroying, further up its stack.
  [[nodiscard]] std::uint32_t departures_from(const Cell* cell) const noexcept {
    std::uint32_t count = 0;
    for (const Departure* departure = departure_; departure != nullptr; departure = departure->before) count += departure->cell == cell;
    return count;
  }

  /// For the child of a fork: the cell keeps this thread's value alone.
  void keep_only_mine_of(Cell& cell) noexcept {
    const Slot mine = cell.index < size_ ? slots_[cell.index] : Slot();
    cell.keep_only(mine.node, mine.tag, departures_from(&cell));
  }

 private:
  using Slot = LocalSlot<Cell>;

  /// On the stack of a call that makes a value.
  struct Making {
    Making(LocalTable& of, std::uint64_t tag_made) : table(of), tag(tag_made), before(std::exchange(of.making_, this)) {}
    ~Making() { table.making_ = before; }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
    LocalTable& table;
    std::uint64_t tag;
    const Making* before;
  };

  /// On the stack of a call that destroys a value that it took.
  struct Departure {
    Departure(LocalTable& of, Cell* from) : table(of), cell(from), before(std::exchange(of.departure_, this)) {}
    ~Departure() {
      table.departure_ = before;
      cell->departed();
    }
    Departure(const Departure&) = delete;
    Departure& operator=(const Departure&) = delete;
    LocalTable& table;
    Cell* cell;
    const Departure* before;
  };

  bool empty_slot(std::uint32_t index) {
    const Slot slot = slots_[index];
    if (!slot.cell->take(slot.tag, slot.node)) {
      slots_[index] = {};
      return false;
    }
    slots_[index] = {};
    const Departure departure(*this, slot.cell);
    slot.node->destroy(slot.node);
    return true;
  }

  void grow_to(std::uint32_t index) {
    if (index < size_) return;
    std::uint32_t size = size_ == 0 ? 8 : size_;
    while (size <= index) size *= 2;
    Slot* const slots = std::allocator<Slot>().allocate(size);
    std::uninitialized_value_construct_n(slots, size);
    for (std::uint32_t i = 0; i < size_; ++i) slots[i] = slots_[i];
    dispose();
    slots_ = slots;
    size_ = size;
  }

  Slot* slots_ = nullptr;
  std::uint32_t size_ = 0;
  const Making* making_ = nullptr;
  const Departure* departure_ = nullptr;
};

/// Ends an object, in the thread whose table that is: destroys all values that threads have not taken yet, and waits for those that they
/// have. Then the object's cell is free. Throws what a cell's close() throws.
template <Platform P, class Rules>
void end_object(LocalRegistry<P, Rules>& registry, LocalTable<P, Rules>& table, const LocalHandle<P, Rules>& object) {
  LocalNode* node = object.cell->close();
  table.forget(object.index, object.tag);
  while (node != nullptr) {
    LocalNode* const next = node->next;
    node->destroy(node);
    node = next;
  }
  object.cell->await_departures(table.departures_from(object.cell));
  registry.free(*object.cell);
}

}  // namespace proberen::detail
