/// TimerHeap: timers by their deadlines, the earliest first, each removable from wherever it stands.
///
/// A 4-ary heap whose members know their places: push, pop and remove take O(log n), the earliest O(1). Not a wheel, because a wheel rounds
/// deadlines to its tick and now and then moves many timers at once; four children, because their deadlines share a cache line, and the
/// tree is half as deep as a binary one (Larkin, Sen, Tarjan, "A Back-to-Basics Empirical Study of Priority Queues", 2014). Timers of equal
/// deadlines come in no particular order.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "proberen/deadline.hpp"

namespace proberen::detail {

/// `Node` has a member `std::size_t place`, which belongs to the heap while the node is in one. Not for several threads at once.
template <class Node>
class TimerHeap {
 public:
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// When the earliest timer is due; kForever when there is none.
  [[nodiscard]] Deadline earliest() const { return entries_.empty() ? kForever : entries_.front().deadline; }

  /// Throws std::bad_alloc, and then nothing has changed.
  void push(Node& node, Deadline deadline) {
    entries_.push_back({deadline, &node});
    rise(entries_.size() - 1);
  }

  /// Takes out the earliest; the heap must not be empty.
  Node& pop() {
    Node& node = *entries_.front().node;
    remove(node);
    return node;
  }

  /// Takes out a node that is in this heap.
  void remove(Node& node) {
    const std::size_t place = node.place;
    const Entry last = entries_.back();
    entries_.pop_back();
    if (place == entries_.size()) return;
    put(place, last);
    rise(place);
    sink(last.node->place);
  }

 private:
  static constexpr std::size_t kChildren = 4;

  /// The deadline stands beside the pointer, so that comparing touches no node.
  struct Entry {
    Deadline deadline;
    Node* node;
  };

  void put(std::size_t place, const Entry& entry) {
    entries_[place] = entry;
    entry.node->place = place;
  }

  void rise(std::size_t place) {
    const Entry entry = entries_[place];
    while (place > 0) {
      const std::size_t parent = (place - 1) / kChildren;
      if (entries_[parent].deadline <= entry.deadline) break;
      put(place, entries_[parent]);
      place = parent;
    }
    put(place, entry);
  }

  void sink(std::size_t place) {
    const Entry entry = entries_[place];
    for (std::size_t first = kChildren * place + 1; first < entries_.size(); first = kChildren * place + 1) {
      std::size_t least = first;
      for (std::size_t child = first + 1; child < entries_.size() && child < first + kChildren; ++child) {
        if (entries_[child].deadline < entries_[least].deadline) least = child;
      }
      if (entry.deadline <= entries_[least].deadline) break;
      put(place, entries_[least]);
      place = least;
    }
    put(place, entry);
  }

  std::vector<Entry> entries_;
};

}  // namespace proberen::detail
