#include "models/explore/graph.hpp"

#include <algorithm>
#include <cstring>

namespace proberen::explore {
namespace {

// Clocks are short, and there are many: four entries at a time, without a call.
using Four [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = Graph::Clock;

Four* fours(Graph::Clock* clock) { return reinterpret_cast<Four*>(clock); }
const Four* fours(const Graph::Clock* clock) { return reinterpret_cast<const Four*>(clock); }

/// A width that is known where it is compiled, or 0, and then the one that is given.
template <std::size_t kWidth>
std::size_t fours_in(std::size_t width) {
  return (kWidth != 0 ? kWidth : width) / 4;
}

template <std::size_t kWidth>
void copy_clock(const Graph::Clock* from, std::size_t width, Graph::Clock* to) {
  for (std::size_t i = 0; i < fours_in<kWidth>(width); ++i) fours(to)[i] = fours(from)[i];
}

template <std::size_t kWidth>
void clear_clock(Graph::Clock* clock, std::size_t width) {
  for (std::size_t i = 0; i < fours_in<kWidth>(width); ++i) fours(clock)[i] = Four{};
}

/// `to` becomes what is in either.
template <std::size_t kWidth>
void join_clock(const Graph::Clock* from, std::size_t width, Graph::Clock* to) {
  for (std::size_t i = 0; i < fours_in<kWidth>(width); ++i) {
    const Four a = fours(to)[i];
    const Four b = fours(from)[i];
    fours(to)[i] = a > b ? a : b;
  }
}

}  // namespace

void Graph::clear() {
  size_ = 0;
  locations_.clear();
  if (threads_.empty()) threads_.resize(1);
  for (Thread& thread : threads_) {
    thread.events.clear();
    thread.created_by = kNoEvent;
  }
  withdrawn_.clear();
}

bool Graph::exists(ThreadId thread) const { return thread == 0 || (thread < threads() && creation(thread) != kNoEvent); }

ThreadId Graph::next_thread() const {
  ThreadId thread = 1;
  while (thread < threads() && exists(thread)) ++thread;
  return thread;
}

int Graph::lowest_place(LocationId location, const Clock* clock) const {
  int lowest = 0;
  const int highest = place_of(last_write(location));
  for (EventId id = last_at(location); id != kNoEvent && lowest < highest; id = (*this)[id].previous_at_location) {
    const Event& event = (*this)[id];
    if (clock[event.thread] <= static_cast<Clock>(event.index)) continue;
    lowest = std::max(lowest, event.kind == Kind::kWrite ? event.place : place_of(event.source));
  }
  return lowest;
}

void Graph::widen(std::size_t width) {
  const auto clocks = static_cast<std::size_t>(size_) * 3;
  std::vector<Clock> wide(events_.size() * 3 * width, 0);
  for (std::size_t i = 0; i < clocks; ++i) {
    std::copy_n(clocks_.begin() + static_cast<std::ptrdiff_t>(i * width_), width_, wide.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  clocks_ = std::move(wide);
  nothing_.assign(width, 0);
  width_ = width;
}

void Graph::enlarge(std::size_t events) {
  events_.resize(std::max(2 * events, events_.size()));
  clocks_.resize(events_.size() * 3 * width_);
}

EventId Graph::add(const Event& event) {
  const EventId id = size_;
  make_room(static_cast<std::size_t>(id) + 1);
  Event& added = events_[static_cast<std::size_t>(id)];
  added = event;
  Thread& thread = threads_[static_cast<std::size_t>(event.thread)];
  EventId previous = thread.created_by;
  if (!thread.events.empty()) {
    previous = thread.events.back();
    const Event& last = (*this)[previous];
    added.release_fence = last.kind == Kind::kFence && releases(last.order) ? previous : last.release_fence;
  }
  added.index = static_cast<std::int32_t>(thread.events.size());
  thread.events.push_back(id);
  ++size_;
  if (event.location != kNoLocation) {
    Location& location = locations_[static_cast<std::size_t>(event.location)];
    added.previous_at_location = location.last_event;
    location.last_event = id;
  }
  if (event.kind == Kind::kCreate) {
    const auto created = static_cast<std::size_t>(event.value);
    if (created >= threads_.size()) threads_.resize(created + 1);
    threads_[created].created_by = id;
    if (created >= width_) widen(width_ * 2);
  }
  if (!takes_source(event.kind)) make_clocks(id, previous);
  return id;
}

void Graph::refresh(EventId id) { make_clocks(id, predecessor((*this)[id])); }

void Graph::make_clocks(EventId id, EventId previous) {
  if (width_ == kNarrow) {
    make_clocks_of<kNarrow>(id, previous);
  } else if (width_ == 2 * kNarrow) {
    make_clocks_of<2 * kNarrow>(id, previous);
  } else {
    make_clocks_of<0>(id, previous);
  }
}

/// What a write hands to those who acquire: all that happens before it if it releases, else all that happens before the last release
/// fence; a read-modify-write hands on what it read as well (release sequences, as C++20 has them).
template <std::size_t kWidth>
inline void Graph::make_clocks_of(EventId id, EventId previous) {
  const std::size_t width = kWidth != 0 ? kWidth : width_;
  const Event& event = (*this)[id];
  const auto of = [&](EventId other) { return clocks_.data() + static_cast<std::size_t>(other) * 3 * width; };
  Clock* const hb = of(id);
  Clock* const porf = hb + width;
  Clock* const message = porf + width;
  if (previous == kNoEvent) {
    clear_clock<2 * kWidth>(hb, 2 * width);
  } else {
    copy_clock<2 * kWidth>(of(previous), 2 * width, hb);
  }
  const auto count = static_cast<Clock>(event.index) + 1;
  hb[event.thread] = count;
  porf[event.thread] = count;
  if (event.kind == Kind::kWrite) {
    if (releases(event.order)) {
      copy_clock<kWidth>(hb, width, message);
    } else if (event.release_fence != kNoEvent && event.order != Order::kPlain) {
      copy_clock<kWidth>(of(event.release_fence), width, message);
    } else {
      clear_clock<kWidth>(message, width);
    }
    if (event.exclusive && event.source >= 0) join_clock<kWidth>(of(event.source) + 2 * width, width, message);
    return;
  }
  if (event.source >= 0) {
    const Clock* const source = of(event.source);
    join_clock<kWidth>(source + width, width, porf);
    if (event.kind != Kind::kRead) {
      join_clock<kWidth>(source, width, hb);
    } else if (acquires(event.order)) {
      join_clock<kWidth>(source + 2 * width, width, hb);
    }
  }
  if (event.kind == Kind::kFence && acquires(event.order)) acquire_fence<kWidth>(id);
}

/// C++20 [atomics.fences]: the fence learns what the reads before it, in its thread, could have acquired.
template <std::size_t kWidth>
void Graph::acquire_fence(EventId id) {
  const Event& fence = (*this)[id];
  for (int i = fence.index - 1; i >= 0; --i) {
    const Event& event = (*this)[at(fence.thread, i)];
    if (event.kind == Kind::kFence && acquires(event.order)) break;  // that one has learnt it
    if (event.kind == Kind::kRead && event.source >= 0) join_clock<kWidth>(message(event.source), width_, clock(id, 0));
  }
}

int Graph::latest_place_in(const Clock* clock, LocationId location) const {
  EventId write = last_write(location);
  while (write != kInitial && !contains(clock, write)) write = (*this)[write].earlier;
  return place_of(write);
}

void Graph::set_source(EventId id, EventId source) {
  Event& event = (*this)[id];
  event.source = source;
  if (event.kind == Kind::kRead) source_moved(id);
  refresh(id);
}

void Graph::source_moved(EventId read) {
  Event& event = (*this)[read];
  EventId later = later_than(event.source, event.location);
  while (later > read) later = (*this)[later].later;
  event.newest = later == kNoEvent;
  if (event.source > read) (*this)[event.source].foreseen = true;
}

void Graph::place_after(EventId write, EventId earlier) {
  Event& event = (*this)[write];
  Location& location = locations_[static_cast<std::size_t>(event.location)];
  const EventId later = later_than(earlier, event.location);
  event.earlier = earlier;
  event.later = later;
  event.place = place_of(earlier) + 1;
  event.newest = later == kNoEvent;
  (earlier == kInitial ? location.first_write : (*this)[earlier].later) = write;
  if (later == kNoEvent) {
    location.last_write = write;
  } else {
    (*this)[later].earlier = write;
  }
  for (EventId id = later; id != kNoEvent; id = (*this)[id].later) ++(*this)[id].place;
}

void Graph::unplace(EventId write) {
  Event& event = (*this)[write];
  Location& location = locations_[static_cast<std::size_t>(event.location)];
  (event.earlier == kInitial ? location.first_write : (*this)[event.earlier].later) = event.later;
  if (event.later == kNoEvent) {
    location.last_write = event.earlier;
  } else {
    (*this)[event.later].earlier = event.earlier;
  }
  for (EventId id = event.later; id != kNoEvent; id = (*this)[id].later) --(*this)[id].place;
  event.earlier = event.later = kNoEvent;
  event.place = 0;
}

void Graph::truncate(EventId size) {
  while (size_ > size) {
    const EventId id = size_ - 1;
    const Event& event = (*this)[id];
    if (event.kind == Kind::kWrite && event.place != 0) unplace(id);
    if (event.kind == Kind::kCreate) threads_[static_cast<std::size_t>(event.value)].created_by = kNoEvent;
    if (event.location != kNoLocation) locations_[static_cast<std::size_t>(event.location)].last_event = event.previous_at_location;
    threads_[static_cast<std::size_t>(event.thread)].events.pop_back();
    --size_;
  }
}

void Graph::assign_part(const Graph& from, const std::vector<EventId>& kept, EventId loose, EventId last) {
  width_ = from.width_;
  nothing_ = from.nothing_;
  clocks_.resize(events_.size() * 3 * width_);
  threads_.resize(from.threads_.size());
  for (Thread& thread : threads_) {
    thread.created_by = kNoEvent;
    thread.events.clear();
  }
  locations_.assign(from.locations_.size(), Location{});
  const auto renamed = [&](EventId id) { return id < 0 ? id : kept[static_cast<std::size_t>(id)]; };
  const EventId kept_loose = renamed(loose);
  make_room(static_cast<std::size_t>(from.size()));
  size_ = 0;
  for (EventId id = 0; id < from.size(); ++id) {
    if (kept[static_cast<std::size_t>(id)] == kNoEvent) continue;
    const EventId begin = id;  // of a run of those that are kept
    while (id < from.size() && kept[static_cast<std::size_t>(id)] != kNoEvent) ++id;
    std::copy(from.events_.begin() + begin, from.events_.begin() + id, events_.begin() + size_);
    std::memcpy(clock(size_, 0), from.before(begin), static_cast<std::size_t>(id - begin) * 3 * width_ * sizeof(Clock));
    size_ += id - begin;
  }
  for (EventId added = 0; added < size(); ++added) {
    Event& event = (*this)[added];
    event.source = added == kept_loose ? kNoEvent : renamed(event.source);
    event.release_fence = renamed(event.release_fence);
    event.earlier = event.later = kNoEvent;
    event.place = 0;
    event.foreseen = false;
    threads_[static_cast<std::size_t>(event.thread)].events.push_back(added);
    if (event.kind == Kind::kCreate) threads_[static_cast<std::size_t>(event.value)].created_by = added;
    if (event.location == kNoLocation) continue;
    Location& location = locations_[static_cast<std::size_t>(event.location)];
    event.previous_at_location = location.last_event;
    location.last_event = added;
  }
  withdrawn_.clear();
  if (!from.withdrawn_.empty()) assign_withdrawn(from, kept, loose);
  for (LocationId location = 0; location < from.locations(); ++location) {
    for (EventId id = from.first_write(location); id != kNoEvent; id = from[id].later) {
      const EventId write = renamed(id);
      if (write != kNoEvent && id != last) place_after(write, last_write(location));
    }
  }
  compare_numbers();
}

void Graph::compare_numbers() {
  for (EventId id = 0; id < size_; ++id) {
    Event& event = (*this)[id];
    if (event.kind != Kind::kRead && event.kind != Kind::kWrite) continue;
    int& latest = locations_[static_cast<std::size_t>(event.location)].latest_place;
    if (event.kind == Kind::kRead) {
      event.newest = event.source != kNoEvent && place_of(event.source) >= latest;
      if (event.source > id) (*this)[event.source].foreseen = true;
    } else {
      event.newest = event.place > latest;
      latest = std::max(latest, event.place);
    }
  }
}

void Graph::assign_withdrawn(const Graph& from, const std::vector<EventId>& kept, EventId loose) {
  for (Withdrawn read : from.withdrawn_) {
    const auto is_kept = [&](EventId id) { return kept[static_cast<std::size_t>(id)] != kNoEvent; };
    const bool came_back = from.length(read.thread) > read.index && is_kept(from.at(read.thread, read.index));
    if (!is_kept(read.source) || (loose != kNoEvent && read.position > loose && !came_back)) continue;
    const auto next = std::find_if(kept.begin() + read.position, kept.end(), [](EventId id) { return id != kNoEvent; });
    read.position = next == kept.end() ? size() : *next;
    read.source = kept[static_cast<std::size_t>(read.source)];
    withdrawn_.push_back(read);
  }
}

}  // namespace proberen::explore
