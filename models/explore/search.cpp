#include "models/explore/search.hpp"

#include <algorithm>
#include <numeric>

#include "models/explore/sc_order.hpp"

namespace proberen::explore {

ExhaustiveSearch::ExhaustiveSearch() {
  frames_.emplace_back();
  enter(0);
}

void ExhaustiveSearch::enter(std::size_t depth) {
  depth_ = depth;
  frame_ = &frames_[depth];
  graph_ = &frame_->graph;
}

/// A frame above this one, entered, with the events of this graph that `kept_` keeps.
ExhaustiveSearch::Frame& ExhaustiveSearch::open_frame(EventId loose, EventId last) {
  const Graph& here = *graph_;
  if (depth_ + 1 == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_ + 1];
  frame.graph.assign_part(here, kept_, loose, last);
  frame.alternatives.clear();
  frame.to_be_added.clear();
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
  revisited_ = kNoEvent;
  if (!started_) {
    started_ = true;
    graph().clear();
    return true;
  }
  while (true) {
    std::vector<Alternative>& alternatives = frame_->alternatives;
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
  read.exclusive = false;
  if (read.open) read.order = Order::kRelaxed;
}

bool ExhaustiveSearch::take(const Alternative& alternative) {
  Graph& here = *graph_;
  if (alternative.to_be_added < 0) {
    here.truncate(alternative.event + 1);
  } else {
    std::vector<Event>& to_be_added = frame_->to_be_added;
    to_be_added.resize(static_cast<std::size_t>(alternative.to_be_added) + 1);  // those behind it have been
    here.truncate(alternative.event);
    static_cast<void>(here.add(to_be_added.back()));
  }
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
      revisited_ = frame_->cause == alternative.event ? frame_->loose : kNoEvent;
      if (revisited_ != kNoEvent) here.source_moved(revisited_);
      return sc_order_exists(here, alternative.event, revisited_);
    case What::kValue:
      event.value = static_cast<Value>(alternative.other);
      return true;
    case What::kRevisit:
      return revisit(alternative.event, alternative.other);
    case What::kClash:
      try_update(alternative.other, alternative);
      return false;
  }
  return false;
}

bool ExhaustiveSearch::read(EventId id, const Prospect& prospect) {
  Graph& here = *graph_;
  here.set_source(id, here.last_write(here[id].location));
  plan_sources(here[id], {id, kNoEvent, What::kSource}, prospect);
  return true;
}

void ExhaustiveSearch::plan_sources(const Event& read, const Alternative& of, const Prospect& prospect) {
  const Follow* const follow = prospect.follow;
  const Graph& here = *graph_;
  int lowest = here.lowest_place(read.location, here.knowledge(read.thread, read.index));
  for (const Graph::Withdrawn& withdrawn : here.withdrawn()) {
    const bool same = withdrawn.thread == read.thread && withdrawn.index == read.index;
    if (same) lowest = std::max(lowest, here.place_of(withdrawn.source));
  }
  std::vector<Alternative>& alternatives = frame_->alternatives;
  const std::size_t first = alternatives.size();
  for (EventId source = here.last_write(read.location); here.place_of(source) > lowest;) {
    source = here[source].earlier;
    const Value value = source == kInitial ? prospect.initial : here[source].value;
    const std::optional<Value> written = follow != nullptr ? follow->update(value) : std::nullopt;
    // Who waits for another value than an old one waits in vain.
    if (!written && follow != nullptr && follow->waits) continue;
    Alternative& alternative = alternatives.emplace_back(of);
    alternative.other = source;
    if (!written && prospect.futile != nullptr && (*prospect.futile)(value)) {
      alternative.what = What::kFutile;
      alternative.read_order = prospect.if_futile;
    } else if (written && here.is_updated(source, read.location)) {
      alternative.what = What::kConflict;
      alternative.read_order = follow->read_order;
      alternative.write_order = follow->write_order;
      alternative.value = *written;
    }
  }
  std::reverse(alternatives.begin() + static_cast<std::ptrdiff_t>(first), alternatives.end());
}

/// A waiting thread is one whose next step is not there. So a read that a revisit has given such a value is taken away; the other places of
/// its source, all alternatives that there can be, stay.
bool ExhaustiveSearch::withdraw(EventId read) {
  Frame& frame = *frame_;
  const Event event = frame.graph[read];
  kept_.resize(static_cast<std::size_t>(frame.graph.size()));
  std::iota(kept_.begin(), kept_.begin() + read, 0);
  kept_[static_cast<std::size_t>(read)] = kNoEvent;
  std::iota(kept_.begin() + read + 1, kept_.end(), read);
  spare_.assign_part(frame.graph, kept_, kNoEvent, kNoEvent);
  std::swap(frame.graph, spare_);
  const auto renamed = [&](EventId id) { return id < 0 ? id : kept_[static_cast<std::size_t>(id)]; };
  frame.loose = kNoEvent;
  frame.cause = renamed(frame.cause);
  for (Alternative& alternative : frame.alternatives) {
    alternative.event = renamed(alternative.event);
    alternative.other = renamed(alternative.other);
  }
  frame.graph.withdraw({event.thread, event.index, read, renamed(event.source)});
  revisited_ = kNoEvent;
  return true;
}

/// Where all of them are taken, it goes on waiting, once it has been seen whom its update would let read on.
bool ExhaustiveSearch::reads_older(const Event& read, const Prospect& prospect) {
  Frame& frame = *frame_;
  const std::size_t first = frame.alternatives.size();
  frame.to_be_added.push_back(read);
  plan_sources(read, {graph_->size(), kNoEvent, What::kSource, {}, {}, 0, static_cast<int>(frame.to_be_added.size()) - 1}, prospect);
  if (frame.alternatives.size() == first) frame.to_be_added.pop_back();
  return std::any_of(frame.alternatives.begin() + static_cast<std::ptrdiff_t>(first), frame.alternatives.end(),
                     [](const Alternative& alternative) { return alternative.what == What::kSource; });
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
  plan_revisits(here.add(write));
}

/// As conflict(), once for each thing that the look may find; but the execution goes on, since a later write may be found by the look.
bool ExhaustiveSearch::outlives(const Clash& clash) {
  const Graph& here = *graph_;
  if (clash.anew) {
    frame_->alternatives.push_back({here.size() - 1, clash.read, What::kClash, here[clash.read].order, clash.write_order, clash.value});
  }
  return may_change(clash.look);
}

bool ExhaustiveSearch::write(EventId id) {
  plan_revisits(id);
  return place(id, kNoEvent);
}

/// Places the write, and notes the other places. `loose` reads it and must be allowed to.
bool ExhaustiveSearch::place(EventId id, EventId loose) {
  Graph& here = *graph_;
  const Event& event = here[id];
  std::vector<Alternative>& alternatives = frame_->alternatives;
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
  for (unsigned value = count; --value > 0;) frame_->alternatives.push_back({id, static_cast<EventId>(value), What::kValue});
}

/// Goes back from the write as far as all events are canonical.
void ExhaustiveSearch::plan_revisits(EventId write) {
  const Graph& here = *graph_;
  const Event& event = here[write];
  const Graph::Clock* const causes = here.causes(write);
  ++plans_;
  latest_causes_.resize(static_cast<std::size_t>(here.locations()));
  // Where another update has read the same write, only what came before that one may be revisited: it must go.
  const bool clashes = event.exclusive && here.is_updated(event.source, event.location);
  const EventId end = clashes ? here.later_than(event.source, event.location) : write;
  auto others = static_cast<std::int64_t>(write) + 1;  // events that are not among its causes
  for (std::size_t thread = 0; thread < here.width(); ++thread) others -= causes[thread];
  for (EventId id = write - 1; others > 0; --id) {
    if (here.contains(causes, id)) continue;
    --others;
    if (!canonical(id, write)) return;
    const Event& candidate = here[id];
    if (candidate.kind == Kind::kRead && candidate.location == event.location && id < end)
      frame_->alternatives.push_back({write, id, What::kRevisit});
  }
}

/// The place of the latest write of a location among the causes of the write whose revisits are planned.
int ExhaustiveSearch::latest_cause(LocationId location, EventId cause) {
  LatestCause& latest = latest_causes_[static_cast<std::size_t>(location)];
  if (latest.plan != plans_) latest = {plans_, graph_->latest_place_in(graph_->causes(cause), location)};
  return latest.place;
}

/// Whether the event is as if it had been added last to what was there when it was added. It may not be so to the causes of a write to
/// come.
bool ExhaustiveSearch::may_be_canonical(EventId id) const {
  const Graph& here = *graph_;
  const Event& event = here[id];
  if (event.kind == Kind::kChoice) return event.value == 0;
  if (event.kind != Kind::kRead && event.kind != Kind::kWrite) return true;
  if (!event.newest || event.foreseen) return false;
  if (event.kind == Kind::kRead) return true;
  return std::none_of(here.withdrawn().begin(), here.withdrawn().end(), [=](const Graph::Withdrawn& read) { return read.source == id; });
}

/// Whether it is so to the causes of `cause`, which has no place yet, as well.
bool ExhaustiveSearch::canonical(EventId id, EventId cause) {
  const Graph& here = *graph_;
  const Event& event = here[id];
  if (!may_be_canonical(id)) return false;
  if (event.kind == Kind::kWrite) return event.place >= latest_cause(event.location, cause);
  if (event.kind != Kind::kRead) return true;
  if (event.source > id && !here.contains(here.causes(cause), event.source)) return false;
  return here.place_of(event.source) >= latest_cause(event.location, cause);
}

bool ExhaustiveSearch::revisit(EventId write, EventId read) {
  const Graph& here = *graph_;
  const Graph::Clock* const causes = here.causes(write);
  kept_.resize(static_cast<std::size_t>(here.size()));
  EventId count = 0;
  for (EventId id = 0; id < here.size(); ++id) {
    kept_[static_cast<std::size_t>(id)] = id <= read || here.contains(causes, id) ? count++ : kNoEvent;
  }
  Frame& frame = open_frame(read, write);
  frame.cause = kept_[static_cast<std::size_t>(write)];
  frame.loose = kept_[static_cast<std::size_t>(read)];
  reopen(frame.graph[frame.loose]);
  frame.graph[frame.loose].source = kInitial;  // for now
  if (!place(frame.cause, frame.loose)) return false;
  frame.graph.set_source(frame.loose, frame.cause);
  revisited_ = frame.loose;
  // An update has one place: the reader may not be allowed to read from there.
  if (!is_coherent(frame.graph, frame.loose)) return false;
  return frame.graph.is_last(frame.cause, frame.graph[frame.cause].location) || sc_order_exists(frame.graph, frame.cause, frame.loose);
}

}  // namespace proberen::explore
