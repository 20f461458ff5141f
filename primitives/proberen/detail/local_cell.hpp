/// LocalCell: what all threads share of one thread-local object: which of its values exist, and who destroys each.
///
/// A cell outlives every object that uses it, so a thread may come to it late with what it remembers of an object: a tag, which no two
/// objects ever have in common, says whether that object still lives. A value is destroyed by whoever takes it out of the cell under the
/// lock, and so exactly once: by its thread (reset, exit), or by the end of the object. The end waits for threads that took a value before
/// it and are still destroying it. Blocking.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <system_error>

#include "proberen/lock.hpp"
#include "proberen/platform.hpp"

namespace proberen::detail {

/// What a value of any type is part of.
struct LocalNode {
  void (*destroy)(LocalNode*) = nullptr;  ///< deletes the node
  LocalNode* previous = nullptr;          ///< in its cell, under the cell's lock
  LocalNode* next = nullptr;
};

/// What the protocol rests on; a known-bad twin hides one.
struct LocalRules {
  static constexpr bool kComparesTags = true;      ///< a thread takes a value only from the object that it was made for
  static constexpr bool kAwaitsDepartures = true;  ///< an end waits for the values that threads are destroying
};

template <Platform P, class Rules = LocalRules>
class LocalCell {
 public:
  /// Of a cell that no object uses, and of one whose object is ending. Tags of objects begin at kFirstTag.
  static constexpr std::uint64_t kFree = 0;
  static constexpr std::uint64_t kEnding = 1;
  static constexpr std::uint64_t kFirstTag = 2;

  explicit LocalCell(std::uint64_t tag) : tag_(tag) {}
  LocalCell(const LocalCell&) = delete;
  LocalCell& operator=(const LocalCell&) = delete;

  /// Takes a free cell for the object `tag`.
  [[nodiscard]] bool claim(std::uint64_t tag) {
    std::uint64_t expected = kFree;
    return tag_.compare_exchange_strong(expected, tag, std::memory_order_relaxed, std::memory_order_relaxed);
  }

  /// Makes the node a value of the object `tag`; false when that object has ended. Throws as refuse_visitor().
  [[nodiscard]] bool link(std::uint64_t tag, LocalNode* node) {
    refuse_visitor();
    const std::lock_guard guard(lock_);
    if (tag_.load(std::memory_order_relaxed) != tag) return false;
    list_mark_.write();
    node->next = first_;
    if (first_ != nullptr) first_->previous = node;
    first_ = node;
    return true;
  }

  /// Takes the node out, for the caller to destroy, and then to say departed(). False when the object `tag` has ended: then the node is
  /// gone, or not the caller's. Throws as refuse_visitor().
  [[nodiscard]] bool take(std::uint64_t tag, LocalNode* node) {
    refuse_visitor();
    const std::lock_guard guard(lock_);
    if (Rules::kComparesTags && tag_.load(std::memory_order_relaxed) != tag) return false;
    list_mark_.write();
    (node->previous != nullptr ? node->previous->next : first_) = node->next;
    if (node->next != nullptr) node->next->previous = node->previous;
    departing_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  /// What was taken has been destroyed.
  void departed() {
    // (1) release: the destruction synchronizes with the acquire (2) of the end that waits for it
    const std::uint32_t before = departing_.fetch_add(kMinusOne, std::memory_order_release);
    if ((before & kAwaited) != 0) P::unpark(departing_, 1);
  }

  /// Calls `visit(node)` for every value, and holds the lock meanwhile. Throws as refuse_visitor(), and what `visit` throws.
  template <class Visit>
  void visit(Visit visit) {
    refuse_visitor();
    const std::lock_guard guard(lock_);
    const Visitor visitor(*this);
    list_mark_.read();
    cursor_ = first_;
    while (cursor_ != nullptr) {
      LocalNode* const node = cursor_;
      cursor_ = node->next;
      visit(node);
    }
  }

  /// Ends the object: no value can be added or taken any more. What it had is the caller's to destroy, as a list. Throws as
  /// refuse_visitor().
  [[nodiscard]] LocalNode* close() {
    refuse_visitor();
    const std::lock_guard guard(lock_);
    tag_.store(kEnding, std::memory_order_relaxed);
    list_mark_.write();
    LocalNode* const values = first_;
    first_ = nullptr;
    return values;
  }

  /// After close(): waits until nobody destroys a value that was taken before it, but for `own` values that the caller itself is
  /// destroying further up its stack.
  void await_departures(std::uint32_t own) {
    if constexpr (!Rules::kAwaitsDepartures) return;
    if (departing() == own) return;
    departing_.fetch_add(kAwaited, std::memory_order_relaxed);
    for (std::uint32_t seen = departing(); seen != (own | kAwaited); seen = departing()) (void)P::park(departing_, seen, kForever);
    departing_.fetch_add(kAwaited, std::memory_order_relaxed);  // the highest bit: adding it once more takes it away
  }

  /// After the end: another object may have the cell.
  void free() { tag_.store(kFree, std::memory_order_relaxed); }

  [[nodiscard]] bool is_free() const { return tag_.load(std::memory_order_relaxed) == kFree; }

  /// For the child of a fork, in its only thread: forgets what the other threads had, be it half done. `mine` is this thread's value for
  /// the object `tag`, if it has one, and `departures` how many values of the cell it is destroying. A visit that this thread is in ends
  /// after the value that it is at.
  void keep_only(LocalNode* mine, std::uint64_t tag, std::uint32_t departures) {
    const bool visiting = visitor_.load(std::memory_order_relaxed) == P::this_thread();
    if (!visiting) lock_.reinitialize();
    if (!visiting) visitor_.store(kNobody, std::memory_order_relaxed);
    cursor_ = nullptr;
    first_ = mine != nullptr && tag_.load(std::memory_order_relaxed) == tag ? mine : nullptr;
    if (first_ != nullptr) first_->next = first_->previous = nullptr;
    departing_.store(departures, std::memory_order_relaxed);
  }

  // Written before the cell is put into the registry, and never again.
  std::uint32_t index = 0;    ///< of the object's slot in every thread's table
  LocalCell* next = nullptr;  ///< in the registry
  [[no_unique_address]] typename P::SharedData place_mark;

 private:
  static constexpr std::uintptr_t kNobody = 0;
  static constexpr std::uint32_t kAwaited = std::uint32_t{1} << 31;
  static constexpr std::uint32_t kMinusOne = ~std::uint32_t{0};

  struct Visitor {
    explicit Visitor(LocalCell& visited) : cell(visited) { cell.visitor_.store(P::this_thread(), std::memory_order_relaxed); }
    ~Visitor() { cell.visitor_.store(kNobody, std::memory_order_relaxed); }
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;
    LocalCell& cell;
  };

  [[nodiscard]] std::uint32_t departing() const {
    // (2) acquire: synchronizes with the release (1): the values that have been taken off the count have been destroyed
    return departing_.load(std::memory_order_acquire);
  }

  /// Throws std::system_error (resource_deadlock_would_occur) when the calling thread is inside a visit of this cell.
  void refuse_visitor() const {
    if (visitor_.load(std::memory_order_relaxed) == P::this_thread()) [[unlikely]] {
      throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                              "proberen::ThreadLocal: a function given to for_each() makes, resets, visits or ends what it visits");
    }
  }

  /// kFree only while no object has the cell: one claims it by the change from kFree. Written under the lock where an object ends, so that
  /// whoever finds its own tag here under the lock knows that the object has not ended.
  typename P::template Atomic<std::uint64_t> tag_;
  /// Guards the list. Nothing of a value's type runs while it is held, but for the function of a visit.
  BasicLock<P> lock_;
  [[no_unique_address]] typename P::SharedData list_mark_;
  LocalNode* first_ = nullptr;
  LocalNode* cursor_ = nullptr;  ///< where a visit goes on
  /// Who is in a visit: a thread that reads its own number here wrote it itself.
  typename P::template Atomic<std::uintptr_t> visitor_{kNobody};
  /// How many values have been taken and not yet destroyed: no fewer than that, never a value of an object that ends later. kAwaited while
  /// an end sleeps on it or is about to; without it nobody sleeps.
  typename P::template Atomic<std::uint32_t> departing_{0};
};

}  // namespace proberen::detail
