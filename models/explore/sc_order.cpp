#include "models/explore/sc_order.hpp"

#include <algorithm>
#include <vector>

namespace proberen::explore {
namespace {

bool is_access(const Event& event) { return event.kind == Kind::kRead || event.kind == Kind::kWrite; }
bool is_sc(const Event& event) { return event.order == Order::kSeqCst && (is_access(event) || event.kind == Kind::kFence); }
bool is_sc_fence(const Event& event) { return event.order == Order::kSeqCst && event.kind == Kind::kFence; }

/// Calls `visit` with the successors of an event in po (the next one), rf, mo (the next one) and fr (the first one). Joins and wake-ups,
/// which belong to no location, are left to the caller.
template <class Visit>
void for_each_next(const Graph& graph, EventId id, const Visit& visit) {
  const Event& event = graph[id];
  if (event.index + 1 < graph.length(event.thread)) visit(graph.at(event.thread, event.index + 1));
  if (event.kind == Kind::kCreate) {
    const auto created = static_cast<ThreadId>(event.value);
    if (graph.length(created) > 0) visit(graph.at(created, 0));
  }
  if (event.kind == Kind::kRead && event.source != kNoEvent) {
    const EventId later = graph.later_than(event.source, event.location);
    if (later != kNoEvent) visit(later);
  }
  if (event.kind == Kind::kWrite) {
    if (event.later != kNoEvent) visit(event.later);
    for (EventId reader = graph.last_at(event.location); reader != kNoEvent; reader = graph[reader].previous_at_location) {
      if (graph[reader].kind == Kind::kRead && graph[reader].source == id) visit(reader);
    }
  }
}

/// The case where every access is SC: does a path lead back to what is new?
class Walk {
 public:
  Walk(const Graph& graph, EventId pivot, EventId second) : graph_(graph), pivot_(pivot), second_(second) {
    seen_.assign(static_cast<std::size_t>(graph.size()), false);
    for (EventId id = 0; id < graph.size(); ++id) {
      if (graph[id].source >= 0 && !is_access(graph[id])) followers_.push_back(id);
    }
  }
  bool returns() {
    push_from(pivot_);
    if (second_ != kNoEvent) push_from(second_);
    while (!stack_.empty() && !back_) {
      const EventId id = stack_.back();
      stack_.pop_back();
      visit_next(id, [&](EventId next) { reach(next); });
    }
    return back_;
  }

 private:
  template <class Visit>
  void visit_next(EventId id, const Visit& visit) {
    for_each_next(graph_, id, visit);
    for (const EventId follower : followers_) {
      if (graph_[follower].source == id) visit(follower);
    }
  }
  void push_from(EventId start) {
    visit_next(start, [&](EventId next) {
      if (next != pivot_ && next != second_) reach(next);
    });
  }
  void reach(EventId id) {
    if (id == pivot_ || id == second_) back_ = true;
    if (seen_[static_cast<std::size_t>(id)]) return;
    seen_[static_cast<std::size_t>(id)] = true;
    stack_.push_back(id);
  }

  const Graph& graph_;
  EventId pivot_;
  EventId second_;
  bool back_ = false;
  std::vector<bool> seen_;
  std::vector<EventId> stack_;
  std::vector<EventId> followers_;  ///< joins and wake-ups: they come after their sources
};

/// psc, as successors among the SC events.
class Psc {
 public:
  Psc(const Graph& graph, EventId pivot, EventId second) : graph_(graph), size_(static_cast<std::size_t>(graph.size())) {
    for (EventId id = 0; id < graph.size(); ++id) {
      if (is_sc(graph[id])) sc_.push_back(id);
    }
    begin_at(pivot);
    if (second != kNoEvent) begin_at(second);
  }

  bool acyclic() {
    if (starts_.empty()) return true;
    colour_.assign(size_, 0);
    return std::all_of(starts_.begin(), starts_.end(),
                       [&](EventId id) { return colour_[static_cast<std::size_t>(id)] != 0 || descend(id); });
  }

 private:
  /// Nothing happens after what is new, so an edge that came with it begins there, or at an SC fence that happens before it.
  void begin_at(EventId fresh) {
    for (const EventId id : sc_) {
      if (id == fresh || (is_sc_fence(graph_[id]) && graph_.happens_before(id, fresh))) starts_.push_back(id);
    }
  }

  bool descend(EventId id) {
    colour_[static_cast<std::size_t>(id)] = 1;
    const std::size_t first = pending_.size();
    push_successors(id);
    for (std::size_t i = first; i < pending_.size(); ++i) {
      const EventId next = pending_[i];
      const char colour = colour_[static_cast<std::size_t>(next)];
      if (colour == 1 || (colour == 0 && !descend(next))) return false;
    }
    pending_.resize(first);
    colour_[static_cast<std::size_t>(id)] = 2;
    return true;
  }

  void push_successors(EventId id) {
    reached_.assign(size_, false);
    const bool fence = is_sc_fence(graph_[id]);
    mark_scb(id, reached_);
    if (fence) {
      after_.assign(size_, false);
      for (EventId start = 0; start < graph_.size(); ++start) {
        if (!graph_.happens_before(id, start)) continue;
        mark_scb(start, reached_);
        if (is_access(graph_[start])) mark_eco(start, after_);
      }
    }
    for (const EventId target : sc_) {
      if (leads_to(id, target, fence)) pending_.push_back(target);
    }
  }

  bool leads_to(EventId id, EventId target, bool fence) const {
    if (reached_[static_cast<std::size_t>(target)]) return true;
    if (!is_sc_fence(graph_[target])) return false;
    if (fence && graph_.happens_before(id, target)) return true;
    const Graph::Clock* const clock = graph_.before(target);
    for (EventId middle = 0; middle < graph_.size(); ++middle) {
      if (!reached_[static_cast<std::size_t>(middle)] && !(fence && after_[static_cast<std::size_t>(middle)])) continue;
      if (middle != target && graph_.contains(clock, middle)) return true;
    }
    return false;
  }

  void mark_scb(EventId from, std::vector<bool>& to) const {
    const Event& event = graph_[from];
    const int length = graph_.length(event.thread);
    for (int i = event.index + 1; i < length; ++i) to[static_cast<std::size_t>(graph_.at(event.thread, i))] = true;
    if (event.location != kNoLocation) {
      for (EventId id = graph_.last_at(event.location); id != kNoEvent; id = graph_[id].previous_at_location) {
        if (graph_.happens_before(from, id)) to[static_cast<std::size_t>(id)] = true;
      }
    }
    mark_overwriters(from, to);
    mark_by_way_of_others(event, to);
  }

  /// mo and fr.
  void mark_overwriters(EventId from, std::vector<bool>& to) const {
    const Event& event = graph_[from];
    if (!is_access(event)) return;
    EventId id = event.kind == Kind::kWrite ? event.later : graph_.later_than(event.source, event.location);
    for (; id != kNoEvent; id = graph_[id].later) to[static_cast<std::size_t>(id)] = true;
  }

  /// po ; hb ; po, where the two halves of a read-modify-write, which is one operation, are not before one another ([intro.races]: what is
  /// sequenced after A happens before what is sequenced before B; the example Z6.U of P0668).
  void mark_by_way_of_others(const Event& event, std::vector<bool>& to) const {
    const int next = event.index + (event.kind == Kind::kRead && event.exclusive ? 2 : 1);
    if (next >= graph_.length(event.thread)) return;
    const EventId out = graph_.at(event.thread, next);
    for (EventId id = 0; id < graph_.size(); ++id) {
      const Event& target = graph_[id];
      if (target.thread == event.thread) continue;  // within a thread it is po
      const int before = target.index - (target.kind == Kind::kWrite && target.exclusive ? 2 : 1);
      if (before >= 0 && graph_.happens_before(out, graph_.at(target.thread, before))) to[static_cast<std::size_t>(id)] = true;
    }
  }

  /// eco = rf | mo ; rf? | fr ; rf?
  void mark_eco(EventId from, std::vector<bool>& to) const {
    const Event& event = graph_[from];
    if (event.kind == Kind::kRead && event.source == kNoEvent) return;
    const int place = event.kind == Kind::kWrite ? event.place : graph_.place_of(event.source);
    for (EventId id = graph_.last_at(event.location); id != kNoEvent; id = graph_[id].previous_at_location) {
      const Event& target = graph_[id];
      const bool later = target.kind == Kind::kWrite ? target.place > place : graph_.place_of(target.source) > place;
      const bool read_from = event.kind == Kind::kWrite && target.kind == Kind::kRead && target.source == from;
      if (later || read_from) to[static_cast<std::size_t>(id)] = true;
    }
  }

  const Graph& graph_;
  std::size_t size_;
  std::vector<EventId> sc_;
  std::vector<EventId> starts_;
  std::vector<char> colour_;
  std::vector<EventId> pending_;  ///< successors of the events on the way down
  std::vector<bool> reached_;     ///< by scb from the event that is looked at
  std::vector<bool> after_;       ///< by eco from what happens after it, where it is a fence
};

}  // namespace

bool sc_order_exists(const Graph& graph, EventId pivot, EventId second) {
  bool all_sc = true;
  int sc = 0;
  for (EventId id = 0; id < graph.size(); ++id) {
    const Event& event = graph[id];
    if (is_sc(event)) {
      ++sc;
    } else if (is_access(event)) {
      all_sc = false;
    }
  }
  if (sc < 2) return true;
  if (all_sc) return !Walk(graph, pivot, second).returns();
  return Psc(graph, pivot, second).acyclic();
}

}  // namespace proberen::explore
