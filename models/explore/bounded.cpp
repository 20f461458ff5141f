#include "models/explore/bounded.hpp"

#include <algorithm>
#include <utility>

#include "models/explore/fingerprint.hpp"
#include "models/explore/linearization.hpp"
#include "models/explore/sc_order.hpp"
#include "models/explore/schedulers.hpp"

namespace proberen::explore {

bool BoundedSearch::next() {
  if (std::exchange(started_, true)) {
    while (!path_.empty() && path_.back().size() == 1) path_.pop_back();
    if (path_.empty()) return false;
    path_.back().pop_back();
  }
  graph_.clear();
  at_ = 0;
  running_ = 0;
  picked_at_ = kNoEvent;
  preemptions_ = 0;
  yielded_ = stale_ = false;
  return true;
}

bool BoundedSearch::decided(int& option) {
  if (at_ == path_.size()) return false;
  option = path_[at_++].back();
  return true;
}

int BoundedSearch::decide(Untried options) {
  path_.push_back(std::move(options));
  ++at_;
  return path_.back().back();
}

EventId BoundedSearch::back(EventId write, int steps) const {
  for (; steps > 0; --steps) write = graph_[write].earlier;
  return write;
}

/// The read has the source: whether that is consistent, and leads on.
bool BoundedSearch::can_read(EventId id, EventId source, const Prospect& prospect) {
  const Event& event = graph_[id];
  const bool latest = graph_.is_last(source, event.location);
  bool updates = event.exclusive;
  if (prospect.follow != nullptr) {
    updates = prospect.follow->update(source == kInitial ? prospect.initial : graph_[source].value).has_value();
    if (!updates && prospect.follow->waits && !latest) return false;  // it would wait for another value than an old one
  }
  if (updates && graph_.is_updated(source, event.location)) return false;
  graph_.set_source(id, source);
  return latest || sc_order_exists(graph_, id, kNoEvent);
}

bool BoundedSearch::read(EventId id, const Prospect& prospect) {
  const Event& event = graph_[id];
  const EventId latest = graph_.last_write(event.location);
  const int choices = graph_.place_of(latest) - graph_.lowest_place(event.location, graph_.knowledge(event.thread, event.index)) + 1;
  int option = 0;
  if (choices > 1 && !interleaves_ && !decided(option)) {
    Untried options;
    for (int steps = choices - 1; steps >= 0; --steps) {
      if (can_read(id, back(latest, steps), prospect)) options.push_back(steps);
    }
    option = decide(std::move(options));
  }
  stale_ = stale_ || option != 0;
  graph_.set_source(id, back(latest, option));
  return true;
}

bool BoundedSearch::write(EventId id) {
  const Event& event = graph_[id];
  if (event.exclusive) {
    if (graph_.is_updated(event.source, event.location)) return false;
    graph_.place_after(id, event.source);
    return event.later == kNoEvent || sc_order_exists(graph_, id, kNoEvent);
  }
  const EventId latest = graph_.last_write(event.location);
  const int choices = graph_.place_of(latest) - graph_.lowest_place(event.location, graph_.knowledge(event.thread, event.index)) + 1;
  int option = 0;
  if (choices > 1 && !interleaves_ && !decided(option)) {
    Untried options;
    for (int steps = choices - 1; steps > 0; --steps) {
      const EventId earlier = back(latest, steps);
      if (graph_.is_updated(earlier, event.location)) continue;
      graph_.place_after(id, earlier);
      if (sc_order_exists(graph_, id, kNoEvent)) options.push_back(steps);
      graph_.unplace(id);
    }
    options.push_back(0);
    option = decide(std::move(options));
  }
  stale_ = stale_ || option != 0;
  graph_.place_after(id, back(latest, option));
  return true;
}

void BoundedSearch::choose(EventId id, unsigned count) {
  int option = 0;
  if (!decided(option)) {
    Untried options;
    for (auto value = static_cast<int>(count); --value >= 0;) options.push_back(value);
    option = decide(std::move(options));
  }
  graph_[id].value = static_cast<Value>(option);
}

/// What may follow is decided by the steps made, whose turn it is, and who can go on.
bool BoundedSearch::begun_before(ThreadSet enabled, bool free) {
  std::uint64_t turn = static_cast<std::uint64_t>(preemptions_);
  turn = turn * kMaxThreads + static_cast<std::uint64_t>(running_);
  turn = turn * 4 + (free ? 2 : 0) + (stale_ ? 1 : 0);
  for (const Value word : {enabled.bits() >> 64, enabled.bits()}) turn = Random::mixed(turn) + static_cast<std::uint64_t>(word);
  const std::uint64_t beginning = fingerprint(graph_) + Random::mixed(turn);
  return beginnings_.size() < kMostBeginnings ? !beginnings_.insert(beginning).second : beginnings_.contains(beginning);
}

/// A thread that had not started when it was picked is asked for again when it comes to its step: that is the same decision, unless it
/// cannot make the step or yields before it.
ThreadId BoundedSearch::pick(ThreadSet enabled, ThreadSet /*unstarted*/) {
  const bool goes_on = enabled.contains(running_);
  if (goes_on && picked_at_ == graph_.size() && !yielded_) return running_;
  const bool free = !goes_on || yielded_;
  int option = enabled.first();
  if (!enabled.is_only(option) && !decided(option)) {
    if (begun_before(enabled, free)) return kNoThread;
    Untried options;
    const bool may_switch = free || preemptions_ < bound_;
    for (const ThreadId thread : enabled) {
      if (thread != running_ && may_switch) options.push_back(thread);
    }
    std::reverse(options.begin(), options.end());
    left_out_ = left_out_ || !may_switch;
    if (goes_on) options.push_back(running_);
    option = decide(std::move(options));
  }
  if (option != running_ && !free) ++preemptions_;
  running_ = option;
  picked_at_ = graph_.size();
  yielded_ = false;
  return running_;
}

/// An execution that has an interleaving is visited by its interleavings.
bool BoundedSearch::stands() const { return !stale_ || !has_interleaving(graph_); }

bool BoundedSearch::visited_before() { return !stands() || !visited_.insert(fingerprint(graph_)).second; }

}  // namespace proberen::explore
