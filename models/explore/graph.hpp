/// Graph: one execution as events with reads-from and modification order (an execution graph, as in Lahav et al., "Repairing sequential
/// consistency in C/C++11", PLDI 2017).
///
/// An event's number is its place in the order of addition. Three vector clocks go with every event:
///   before    the events that happen before it (and itself)
///   causes    its prefix under program order and reads-from (and itself); contains `before`
///   message   what a reader that acquires from this write learns; other events have none
/// A clock holds, for each thread, how many of its events are in the set, which is always a prefix of the thread.
///
/// Cost: addition and removal O(threads + events at the location); a copy O(size).
#pragma once

#include <cstdint>
#include <vector>

#include "proberen/explore/types.hpp"

namespace proberen::explore {

using EventId = std::int32_t;
inline constexpr EventId kInitial = -1;  ///< the write that gave a location its first value
inline constexpr EventId kNoEvent = -2;

using LocationId = std::int32_t;
inline constexpr LocationId kNoLocation = -1;

enum class Kind : std::uint8_t { kRead, kWrite, kFence, kCreate, kFinish, kJoin, kArrive, kMeet, kWakeup, kChoice };

/// Whether an event of the kind takes its value and its knowledge from another one.
[[nodiscard]] constexpr bool takes_source(Kind kind) {
  return kind == Kind::kRead || kind == Kind::kJoin || kind == Kind::kMeet || kind == Kind::kWakeup;
}

struct Event {
  Value value = 0;  ///< read, written or chosen; of kCreate, kJoin and kMeet the other thread
  Site site = 0;
  LocationId location = kNoLocation;
  std::int32_t index = 0;     ///< place in its thread
  EventId source = kNoEvent;  ///< of a read: the write (also of the write of a read-modify-write: what it read);
                              ///< of a join: the finish; of a meeting: the other one's arrival; of a wake-up: the write that woke it
  EventId previous_at_location = kNoEvent;  ///< by number
  EventId earlier = kNoEvent;               ///< of a write: its neighbours in modification order
  EventId later = kNoEvent;
  std::int32_t place = 0;            ///< of a write: its place in modification order, from 1; 0 while it has none
  EventId release_fence = kNoEvent;  ///< the last fence with release before it in its thread
  std::int16_t thread = 0;
  Kind kind = Kind::kFence;
  Order order = Order::kRelaxed;
  std::uint8_t size = 0;
  bool exclusive = false;         ///< the read, or the write, of a read-modify-write that writes
  bool open : 1 = false;          ///< of a read: its order depends on what it reads
  bool newest : 1 = false;        ///< no write with a smaller number comes later in modification order than it, or than its source
  bool foreseen : 1 = false;      ///< of a write: a read with a smaller number reads it
  bool after_effect : 1 = false;  ///< there was an effect since the event before it in its thread (Engine::effect)
};
static_assert(sizeof(Event) == 64);

[[nodiscard]] constexpr bool acquires(Order order) {
  return order == Order::kAcquire || order == Order::kAcqRel || order == Order::kSeqCst;
}
[[nodiscard]] constexpr bool releases(Order order) {
  return order == Order::kRelease || order == Order::kAcqRel || order == Order::kSeqCst;
}

/// The order of the read, and of the write, of a read-modify-write.
[[nodiscard]] constexpr Order read_part(Order order) {
  if (order == Order::kAcqRel) return Order::kAcquire;
  return order == Order::kRelease ? Order::kRelaxed : order;
}
[[nodiscard]] constexpr Order write_part(Order order) {
  if (order == Order::kAcqRel) return Order::kRelease;
  return order == Order::kAcquire ? Order::kRelaxed : order;
}

class Graph {
 public:
  using Clock = std::uint32_t;
  static constexpr std::size_t kNarrow = 4;  ///< the least width of a clock

  void clear();
  [[nodiscard]] EventId size() const { return size_; }
  [[nodiscard]] Event& operator[](EventId id) { return events_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] const Event& operator[](EventId id) const { return events_[static_cast<std::size_t>(id)]; }

  // ---- threads

  /// Thread numbers in use, or used by a thread whose creation was removed: 0 … threads()-1.
  [[nodiscard]] int threads() const { return static_cast<int>(threads_.size()); }
  [[nodiscard]] bool exists(ThreadId thread) const;
  [[nodiscard]] int length(ThreadId thread) const { return static_cast<int>(threads_[static_cast<std::size_t>(thread)].events.size()); }
  [[nodiscard]] EventId at(ThreadId thread, int index) const {
    return threads_[static_cast<std::size_t>(thread)].events[static_cast<std::size_t>(index)];
  }
  /// Its events one after the other, until the graph changes.
  [[nodiscard]] const EventId* first_of(ThreadId thread) const { return threads_[static_cast<std::size_t>(thread)].events.data(); }
  [[nodiscard]] EventId creation(ThreadId thread) const { return threads_[static_cast<std::size_t>(thread)].created_by; }
  /// The event before, in its thread, or the creation of its thread; kNoEvent for the first of thread 0.
  [[nodiscard]] EventId predecessor(const Event& event) const {
    return event.index > 0 ? at(event.thread, event.index - 1) : creation(event.thread);
  }
  /// The number that the next created thread gets.
  [[nodiscard]] ThreadId next_thread() const;

  // ---- clocks

  [[nodiscard]] const Clock* before(EventId id) const { return clocks_.data() + (static_cast<std::size_t>(id) * 3) * width_; }
  [[nodiscard]] const Clock* causes(EventId id) const { return clocks_.data() + (static_cast<std::size_t>(id) * 3 + 1) * width_; }
  [[nodiscard]] const Clock* message(EventId id) const { return clocks_.data() + (static_cast<std::size_t>(id) * 3 + 2) * width_; }
  [[nodiscard]] bool contains(const Clock* clock, EventId id) const {
    const Event& event = (*this)[id];
    return clock[event.thread] > static_cast<Clock>(event.index);
  }
  [[nodiscard]] bool happens_before(EventId first, EventId second) const { return first != second && contains(before(second), first); }
  /// What the thread knows after its first `length` events: all zero for thread 0 before its first.
  [[nodiscard]] const Clock* knowledge(ThreadId thread, int length) const {
    const EventId last = length > 0 ? at(thread, length - 1) : creation(thread);
    return last == kNoEvent ? nothing_.data() : before(last);
  }
  [[nodiscard]] std::size_t width() const { return width_; }

  // ---- locations

  [[nodiscard]] LocationId locations() const { return static_cast<LocationId>(locations_.size()); }
  void ensure_location(LocationId location) {
    if (location >= locations()) locations_.resize(static_cast<std::size_t>(location) + 1);
  }
  [[nodiscard]] EventId last_at(LocationId location) const { return locations_[static_cast<std::size_t>(location)].last_event; }
  [[nodiscard]] EventId first_write(LocationId location) const { return locations_[static_cast<std::size_t>(location)].first_write; }
  /// kInitial where nothing was written.
  [[nodiscard]] EventId last_write(LocationId location) const { return locations_[static_cast<std::size_t>(location)].last_write; }
  [[nodiscard]] int place_of(EventId write) const { return write == kInitial ? 0 : (*this)[write].place; }
  [[nodiscard]] EventId later_than(EventId write, LocationId location) const {
    return write == kInitial ? first_write(location) : (*this)[write].later;
  }
  [[nodiscard]] bool is_last(EventId write, LocationId location) const { return last_write(location) == write; }
  /// The place of the latest of a location's writes that are in the set; 0 where there is none. O(writes that are later).
  [[nodiscard]] int latest_place_in(const Clock* clock, LocationId location) const;
  /// Whether a read-modify-write has read it, so that no other one can, and no write comes between them.
  [[nodiscard]] bool is_updated(EventId write, LocationId location) const {
    const EventId later = later_than(write, location);
    return later != kNoEvent && (*this)[later].exclusive && (*this)[later].source == write;
  }
  /// The first place that something which knows `clock` may still read from, or write right after (coherence).
  [[nodiscard]] int lowest_place(LocationId location, const Clock* clock) const;

  // ---- waiting

  /// A read that was taken away, since with what it read its thread has to wait. It counts as if it were still there; what its thread reads
  /// instead comes later in modification order.
  struct Withdrawn {
    ThreadId thread;
    int index;         ///< its place in its thread
    EventId position;  ///< the number of the event before which it was added
    EventId source;
  };
  void withdraw(const Withdrawn& read) { withdrawn_.push_back(read); }
  [[nodiscard]] const std::vector<Withdrawn>& withdrawn() const { return withdrawn_; }

  // ---- changes

  /// Adds an event at the end of its thread; `index`, neighbours and clocks are filled in. A write has no place yet; what takes a source
  /// has none, and no clocks until it has.
  EventId add(const Event& event);
  /// The read, join or wake-up takes its value and its clocks from `source`. Nothing may depend on it yet.
  void set_source(EventId id, EventId source);
  /// Computes clocks again after a change of order.
  void refresh(EventId id);
  /// To be called where the source of a read, which comes after it by number, has got another place.
  void source_moved(EventId read);
  /// Puts a write right after another one, or first (kInitial).
  void place_after(EventId write, EventId earlier);
  void unplace(EventId write);
  /// Removes all events from `size` on.
  void truncate(EventId size);
  /// Becomes the part of another graph whose events are kept, in the same order; `kept[e]` is the new number or kNoEvent. It must be closed
  /// under program order and reads-from, but for the source of `loose`. The write `last` loses its place.
  void assign_part(const Graph& from, const std::vector<EventId>& kept, EventId loose, EventId last);

 private:
  struct Thread {
    EventId created_by = kNoEvent;
    std::vector<EventId> events;
  };
  struct Location {
    EventId first_write = kNoEvent;
    EventId last_write = kInitial;
    EventId last_event = kNoEvent;
    int latest_place = 0;  ///< for compare_numbers()
  };

  Clock* clock(EventId id, int which) {
    return clocks_.data() + (static_cast<std::size_t>(id) * 3 + static_cast<std::size_t>(which)) * width_;
  }
  /// Those of another graph of which this one is a part: where neither they nor their sources are removed.
  /// Computes `newest` and `foreseen` of all events, of which none is foreseen yet.
  void compare_numbers();
  void assign_withdrawn(const Graph& from, const std::vector<EventId>& kept, EventId loose);
  void widen(std::size_t width);
  /// For so many events.
  void make_room(std::size_t events) {
    if (events > events_.size()) enlarge(events);
  }
  void enlarge(std::size_t events);
  /// The clocks of an event, which comes after `previous` in its thread, or is the first of the thread that it created.
  void make_clocks(EventId id, EventId previous);
  template <std::size_t kWidth>
  void make_clocks_of(EventId id, EventId previous);
  template <std::size_t kWidth>
  void acquire_fence(EventId id);

  std::size_t width_ = kNarrow;  ///< of a clock; a multiple of 4
  EventId size_ = 0;
  std::vector<Event> events_;  ///< and room for more
  std::vector<Clock> clocks_;  ///< three for each event, with those that there is room for
  std::vector<Withdrawn> withdrawn_;
  std::vector<Thread> threads_;
  std::vector<Location> locations_;
  std::vector<Clock> nothing_ = std::vector<Clock>(kNarrow, 0);
};

}  // namespace proberen::explore
