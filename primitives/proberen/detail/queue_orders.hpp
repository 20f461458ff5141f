/// Stack and Heap: in which order a LockedQueue hands out its items. Used by one thread at a time.
///
/// put() takes the item only when it does not throw, and then nothing has changed; take() moves the next item out and does not throw once
/// it has begun to move; its precondition is that there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace proberen::detail {

/// The newest first. Constant time, amortized.
template <class Item>
class Stack {
 public:
  void put(Item& item) { items_.push_back(std::move(item)); }
  Item take() {
    Item item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }

 private:
  std::vector<Item> items_;
};

/// The smallest first, by `Less`; of equal ones the oldest. Logarithmic time. A binary heap (J. W. J. Williams, "Algorithm 232: Heapsort",
/// 1964) that compares before it moves: a comparison that throws leaves it as it was.
template <class Item, class Less>
class Heap {
 public:
  explicit Heap(Less less = Less()) : less_(std::move(less)) {}

  void put(Item& item) {
    if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 1);
    std::size_t place = entries_.size();
    // The newest rises only above what is greater, not above its equals.
    while (place > 0 && less_(item, entries_[parent(place)].item)) place = parent(place);
    std::size_t hole = entries_.size();
    entries_.push_back({std::move(item), next_number_++});
    if (hole == place) return;
    Entry rising = std::move(entries_[hole]);
    for (; hole != place; hole = parent(hole)) entries_[hole] = std::move(entries_[parent(hole)]);
    entries_[place] = std::move(rising);
  }

  Item take() {
    const std::size_t end = entries_.size() - 1;
    const std::size_t place = place_of_last(end);
    Item item = std::move(entries_.front().item);
    // The chosen children, from the bottom up, are the ancestors of `place`: each moves to its parent.
    move_up(place);
    if (place != end) entries_[place] = std::move(entries_[end]);
    entries_.pop_back();
    return item;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Item item;
    std::uint64_t number;  ///< in the order of put()
  };

  static std::size_t parent(std::size_t place) { return (place - 1) / 2; }

  bool before(const Entry& left, const Entry& right) const {
    if (less_(left.item, right.item)) return true;
    return !less_(right.item, left.item) && left.number < right.number;
  }

  /// Where the last entry goes when the first one has left: down the path of the smaller children.
  std::size_t place_of_last(std::size_t end) const {
    std::size_t place = 0;
    for (std::size_t child = 1; child < end; child = 2 * place + 1) {
      if (child + 1 < end && before(entries_[child + 1], entries_[child])) ++child;
      if (!before(entries_[child], entries_[end])) break;
      place = child;
    }
    return place;
  }

  /// Moves each entry on the path from below the root to `place` one step up; `place` is free afterwards.
  void move_up(std::size_t place) {
    std::size_t path[64];
    std::size_t length = 0;
    for (; place > 0; place = parent(place)) path[length++] = place;
    while (length > 0) {
      const std::size_t from = path[--length];
      entries_[parent(from)] = std::move(entries_[from]);
    }
  }

  std::vector<Entry> entries_;  ///< no entry comes before its parent
  std::uint64_t next_number_ = 0;
  [[no_unique_address]] Less less_;
};

}  // namespace proberen::detail
