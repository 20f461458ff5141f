#include "models/explore/search.hpp"

#include <algorithm>
#include <bit>

#include "models/explore/sc_order.hpp"

namespace proberen::explore {

ExhaustiveSearch::ExhaustiveSearch() {
  frames_.emplace_back();
  enter(0);
}

void ExhaustiveSearch::enter(std::size_t depth) {
  depth_ = depth;
  graph_ = &frames_[depth].graph;
}

/// A frame above this one, entered, with the events of this graph that `kept_` keeps.
ExhaustiveSearch::Frame& ExhaustiveSearch::open_frame(EventId loose, EventId last) {
  const Graph& here = *graph_;
  if (depth_ + 1 == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_ + 1];
  frame.graph.assign_part(here, kept_, loose, last);
  frame.alternatives.clear();
  frame.returned.clear();
  frame.cause = frame.loose = kNoEvent;
  enter(depth_ + 1);
  return frame;
}

/// Whether coherence lets the read have the source that it has.
bool ExhaustiveSearch::is_coherent(const Graph& graph, EventId read) {
  const Event& event = graph[read];
  return graph.place_of(event.source) >= graph.lowest_place(event.location, graph.knowledge(event.thread, event.index));
}

bool ExhaustiveSearch::next() {
  revisited_ = cause_ = kNoEvent;
  if (!started_) {
    started_ = true;
    graph().clear();
    return true;
  }
  while (true) {
    std::vector<Alternative>& alternatives = frames_[depth_].alternatives;
    if (alternatives.empty()) {
      if (depth_ == 0) return false;
      enter(depth_ - 1);
      continue;
    }
    const Alternative alternative = alternatives.back();
    alternatives.pop_back();
    if (take(alternative)) return true;
  }
}

/// The alternatives at one event are taken one after the other: some of them follow from those taken before. Those at different events are
/// apart: each cuts the graph off behind its event.
bool ExhaustiveSearch::divisible() const {
  int events = 0;
  for (std::size_t depth = 0; depth <= depth_ && events < 2; ++depth) {
    const std::vector<Alternative>& alternatives = frames_[depth].alternatives;
    if (alternatives.empty()) continue;
    events += alternatives.front().event == alternatives.back().event ? 1 : 2;
  }
  return events >= 2;
}

/// The events that come first have the most behind them, so they are dealt out in turns.
void ExhaustiveSearch::keep_half(Half half) {
  bool mine = half == Half::kSecond;
  for (std::size_t depth = 0; depth <= depth_; ++depth) {
    EventId event = kNoEvent;
    std::erase_if(frames_[depth].alternatives, [&](const Alternative& alternative) {
      if (alternative.event != event) mine = !mine;
      event = alternative.event;
      return !mine;
    });
  }
}

/// What the program makes of another value is not known yet.
void ExhaustiveSearch::reopen(Event& read) {
  read.exclusive = read.moved = false;
  if (read.open) read.order = Order::kRelaxed;
}

bool ExhaustiveSearch::take(const Alternative& alternative) {
  Graph& here = *graph_;
  here.truncate(alternative.event + 1);
  Event& event = here[alternative.event];
  switch (alternative.what) {
    case What::kSource:
      reopen(event);
      here.set_source(alternative.event, alternative.other);
      revisited_ = alternative.event;
      return sc_order_exists(here, alternative.event, kNoEvent);
    case What::kFutile:
      reopen(event);
      event.order = alternative.read_order;
      here.set_source(alternative.event, alternative.other);
      if (sc_order_exists(here, alternative.event, kNoEvent)) ++blocked_unseen_;
      return false;
    case What::kConflict:
      conflict(alternative);
      return false;
    case What::kPlace:
      if (event.place != 0) here.unplace(alternative.event);
      here.place_after(alternative.event, alternative.other);
      cause_ = alternative.event;
      revisited_ = frames_[depth_].cause == alternative.event ? frames_[depth_].loose : kNoEvent;
      return sc_order_exists(here, alternative.event, revisited_);
    case What::kValue:
      event.value = static_cast<Value>(alternative.other);
      return true;
    case What::kRevisit:
      return revisit(alternative.event, alternative.other);
    case What::kMove:
      return move(alternative.event, alternative.other);
    case What::kMoveConflict:
      if (move(alternative.event, alternative.other)) try_update(alternative.other, alternative);
      return false;
  }
  return false;
}

bool ExhaustiveSearch::read(EventId id, const Prospect& prospect) {
  const auto& [initial, follow, futile, if_futile] = prospect;
  Graph& here = *graph_;
  const Event& event = here[id];
  int lowest = here.lowest_place(event.location, here.knowledge(event.thread, event.index));
  if (const EventId bound = here.bound(event.thread, event.index); bound != kNoEvent) lowest = std::max(lowest, here.place_of(bound));
  const EventId latest = here.last_write(event.location);
  here.set_source(id, latest);
  std::vector<Alternative>& alternatives = frames_[depth_].alternatives;
  const std::size_t first = alternatives.size();
  for (EventId source = latest; here.place_of(source) > lowest;) {
    source = here[source].earlier;
    const Value value = source == kInitial ? initial : here[source].value;
    const std::optional<Value> written = follow != nullptr ? follow->update(value) : std::nullopt;
    // Who waits for another value than an old one waits in vain.
    if (!written && follow != nullptr && follow->waits) continue;
    if (!written && futile != nullptr && (*futile)(value)) {
      alternatives.push_back({id, source, What::kFutile, if_futile});
    } else if (written && here.is_updated(source, event.location)) {
      alternatives.push_back({id, source, What::kConflict, follow->read_order, follow->write_order, *written});
    } else {
      alternatives.push_back({id, source, What::kSource});
    }
  }
  std::reverse(alternatives.begin() + static_cast<std::ptrdiff_t>(first), alternatives.end());
  return true;
}

/// Two read-modify-writes read the same write. That is no execution, but the reads that came before may read the new write instead: it is
/// added for as long as it takes to see which.
void ExhaustiveSearch::conflict(const Alternative& alternative) {
  Graph& here = *graph_;
  Event& read = here[alternative.event];
  read.order = alternative.read_order;
  here.set_source(alternative.event, alternative.other);
  if (sc_order_exists(here, alternative.event, kNoEvent)) try_update(alternative.event, alternative);
}

void ExhaustiveSearch::try_update(EventId id, const Alternative& alternative) {
  Graph& here = *graph_;
  Event& read = here[id];
  read.exclusive = true;
  if (read.order != alternative.read_order) {
    read.order = alternative.read_order;
    here.refresh(id);
  }
  Event write;
  write.kind = Kind::kWrite;
  write.thread = read.thread;
  write.location = read.location;
  write.size = read.size;
  write.site = read.site;
  write.order = alternative.write_order;
  write.value = alternative.value;
  write.source = read.source;
  write.exclusive = true;
  plan_revisits(here.add(write), {});
}

bool ExhaustiveSearch::write(EventId id, std::vector<Waiter>& waiters) {
  const Event& event = (*graph_)[id];
  if (event.exclusive && graph_->is_updated(event.source, event.location)) waiters.clear();  // no execution: it matters to others alone
  plan_revisits(id, waiters);
  if (!place(id, kNoEvent)) return false;
  if (!waiters.empty()) move_waiters(id, waiters);
  return true;
}

/// Where the write is the latest at its location, those who wait for another value there read it instead, in a graph of their own: that
/// they keep waiting where they are would lead nowhere. Only the first of those who are content can go on; the others read again. What they
/// could read of what came before has been tried. Where it is not the latest, they may wait on, or read it if they are content with it.
/// After Kokologiannakis, Marmanis, Vafeiadis: "Unblocking Dynamic Partial Order Reduction" (CAV 2023), in-place revisits.
void ExhaustiveSearch::move_waiters(EventId write, std::vector<Waiter>& waiters) {
  const Graph& here = *graph_;
  // One that reads what is no cause of the write has been moved by another one; where it had not been, it meets this write too.
  std::erase_if(waiters, [&](const Waiter& waiter) { return !canonical(waiter.read, write); });
  if (waiters.empty()) return;
  if (!here.is_last(write, here[write].location)) {
    for (const Waiter& waiter : waiters) {
      if (waiter.content) {
        frames_[depth_].alternatives.push_back({write, waiter.read, What::kMove});
      } else {
        graph_->pass(waiter.read, write);
      }
    }
    waiters.clear();
    return;
  }
  kept_.assign(static_cast<std::size_t>(here.size()), 0);
  bool taken = false;
  for (Waiter& waiter : waiters) {
    waiter.removed = waiter.content && taken;
    if (waiter.content) taken = true;
    if (waiter.removed) kept_[static_cast<std::size_t>(waiter.read)] = kNoEvent;
  }
  Frame& frame = open_frame(kNoEvent, kNoEvent);
  const EventId moved_to = kept_[static_cast<std::size_t>(write)];
  for (const Waiter& waiter : waiters) {
    if (waiter.removed) {
      frame.graph.set_bound(here[waiter.read].thread, moved_to);
      continue;
    }
    const EventId read = kept_[static_cast<std::size_t>(waiter.read)];
    const EventId from = frame.graph[read].source;
    frame.graph.pass(read, from);
    frame.graph[read].moved = true;
    frame.graph.set_source(read, moved_to);
  }
}

/// Places the write, and notes the other places. `loose` reads it and must be allowed to.
bool ExhaustiveSearch::place(EventId id, EventId loose) {
  Graph& here = *graph_;
  const Event& event = here[id];
  std::vector<Alternative>& alternatives = frames_[depth_].alternatives;
  if (event.exclusive) {
    if (here.is_updated(event.source, event.location)) return false;
    here.place_after(id, event.source);
    return event.later == kNoEvent || loose != kNoEvent || sc_order_exists(here, id, loose);
  }
  int lowest = here.lowest_place(event.location, here.knowledge(event.thread, event.index));
  if (loose != kNoEvent) {
    const Event& reader = here[loose];
    // What the reader's thread knows must not be later than what it reads: the write goes after all of that.
    lowest = std::max(lowest, here.lowest_place(event.location, here.knowledge(reader.thread, reader.index)));
  }
  const std::size_t first = alternatives.size();
  for (EventId earlier = here.last_write(event.location);; earlier = here[earlier].earlier) {
    if (!here.is_updated(earlier, event.location)) alternatives.push_back({id, earlier, What::kPlace});
    if (here.place_of(earlier) <= lowest) break;
  }
  std::reverse(alternatives.begin() + static_cast<std::ptrdiff_t>(first), alternatives.end());
  // The last place comes first and is always consistent: nothing follows from it.
  const EventId earlier = alternatives.back().other;
  alternatives.pop_back();
  here.place_after(id, earlier);
  return true;
}

void ExhaustiveSearch::choose(EventId id, unsigned count) {
  graph()[id].value = 0;
  for (unsigned value = count; --value > 0;) frames_[depth_].alternatives.push_back({id, static_cast<EventId>(value), What::kValue});
}

/// The write came with a revisit. Waiting reads that had gone on without it meet it in another graph. If the revisited read will write,
/// others who will write cannot have what it reads, but wait for what comes after.
void ExhaustiveSearch::move_on(EventId write, std::vector<Waiter>& waiters) {
  const Frame& frame = frames_[depth_];
  const bool came_so = write == frame.cause;
  std::erase_if(waiters, [&](const Waiter& waiter) {
    return came_so && std::find(frame.returned.begin(), frame.returned.end(), waiter.read) != frame.returned.end();
  });
  if (came_so && (*graph_)[frame.loose].exclusive) {
    std::erase_if(waiters, [&](const Waiter& waiter) {
      if (!canonical(waiter.read, write)) return true;
      graph_->pass(waiter.read, write);
      if (waiter.content) {
        frames_[depth_].alternatives.push_back(
            {write, waiter.read, What::kMoveConflict, waiter.read_order, waiter.write_order, waiter.written});
      }
      return true;
    });
  }
  if (!waiters.empty()) move_waiters(write, waiters);
}

/// A waiting read takes a write that is not the latest; nothing else changes.
bool ExhaustiveSearch::move(EventId write, EventId read) {
  const Graph& here = *graph_;
  kept_.assign(static_cast<std::size_t>(here.size()), 0);
  Frame& frame = open_frame(read, kNoEvent);
  reopen(frame.graph[read]);
  frame.graph.set_source(read, write);
  revisited_ = read;
  return is_coherent(frame.graph, read) && sc_order_exists(frame.graph, write, read);
}

/// Goes back from the write as far as all events are canonical. Those in `waiters` may read it without that anything is removed.
void ExhaustiveSearch::plan_revisits(EventId write, const std::vector<Waiter>& waiters) {
  const Graph& here = *graph_;
  const Event& event = here[write];
  const Graph::Clock* const causes = here.causes(write);
  for (EventId id = write - 1; id >= 0; --id) {
    if (here.contains(causes, id)) continue;
    if (!canonical(id, write)) return;
    const Event& candidate = here[id];
    if (candidate.kind != Kind::kRead || candidate.location != event.location) continue;
    if (std::any_of(waiters.begin(), waiters.end(), [=](const Waiter& waiter) { return waiter.read == id; })) continue;
    frames_[depth_].alternatives.push_back({write, id, What::kRevisit});
  }
}

/// Whether the event is as if it had been added last to what was there when it was added, and the causes of `cause`.
bool ExhaustiveSearch::canonical(EventId id, EventId cause) const {
  const Graph& here = *graph_;
  const Event& event = here[id];
  if (event.kind == Kind::kChoice) return event.value == 0;
  if (event.kind != Kind::kRead && event.kind != Kind::kWrite) return true;
  const Graph::Clock* const causes = cause == kNoEvent ? nullptr : here.causes(cause);
  const auto was_there = [&](EventId other) { return other < id || (causes != nullptr && other != cause && here.contains(causes, other)); };
  if (event.kind == Kind::kRead) {
    EventId latest = here.last_write(event.location);
    // Without a cause: there may yet be one that depends on the source.
    while (latest != kInitial && (latest == cause || !was_there(latest)) && !(cause == kNoEvent && latest == event.source))
      latest = here[latest].earlier;
    return latest == event.source || here.has_passed(id, latest);
  }
  for (EventId later = event.later; later != kNoEvent; later = here[later].later) {
    if (later != cause && was_there(later)) return false;
  }
  for (EventId other = here.last_at(event.location); other != kNoEvent; other = here[other].previous_at_location) {
    // One that has been moved on to it can be moved back.
    if (other < id && here[other].kind == Kind::kRead && here[other].source == id && !here[other].moved) return false;
  }
  return true;
}

/// Waiting reads that had been moved on to a write which is gone wait again where they would have waited. False: they would not have.
bool ExhaustiveSearch::move_back(Frame& frame) {
  Graph& graph = frame.graph;
  for (EventId id = 0; id < graph.size(); ++id) {
    Event& event = graph[id];
    if (event.kind != Kind::kRead || event.source != kNoEvent) continue;
    const EventId latest = graph.last_write(event.location);
    if (!graph.has_passed(id, latest)) return false;
    graph.forget_passing(id, latest);
    reopen(event);
    event.moved = graph.has_passed_any(id);
    frame.returned.push_back(id);
    graph.set_source(id, latest);
  }
  return true;
}

bool ExhaustiveSearch::revisit(EventId write, EventId read) {
  const Graph& here = *graph_;
  const Graph::Clock* const causes = here.causes(write);
  kept_.assign(static_cast<std::size_t>(here.size()), kNoEvent);
  for (EventId id = 0; id < here.size(); ++id) {
    if (id <= read || here.contains(causes, id)) kept_[static_cast<std::size_t>(id)] = 0;
  }
  Frame& frame = open_frame(read, write);
  frame.cause = kept_[static_cast<std::size_t>(write)];
  frame.loose = kept_[static_cast<std::size_t>(read)];
  reopen(frame.graph[frame.loose]);
  frame.graph[frame.loose].source = kInitial;  // for now
  if (!move_back(frame) || !place(frame.cause, frame.loose)) return false;
  frame.graph.set_source(frame.loose, frame.cause);
  revisited_ = frame.loose;
  cause_ = frame.cause;
  // An update has one place: the reader may not be allowed to read from there.
  if (!is_coherent(frame.graph, frame.loose)) return false;
  return frame.graph.is_last(frame.cause, frame.graph[frame.cause].location) || sc_order_exists(frame.graph, frame.cause, frame.loose);
}

}  // namespace proberen::explore
