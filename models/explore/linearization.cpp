#include "models/explore/linearization.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace proberen::explore {
namespace {

/// What one search for the fewest switches may look at, where threads are few; and how many numbers, one for each thread, all that it looks
/// at may hold.
constexpr std::size_t kStates = 100'000;
constexpr std::size_t kNumbers = 3'000'000;

/// The part of the execution that has been put in order: so many events of each thread.
using Done = std::vector<int>;

/// Which thread's next step may come, after what is done. What may come once may come ever after: the order to be respected is a partial
/// one.
class Steps {
 public:
  Steps(const Graph& graph, const std::vector<int>& performed, bool interleaving)
      : graph_(graph), performed_(performed), interleaving_(interleaving) {
    if (!interleaving) return;
    readers_.resize(static_cast<std::size_t>(graph.size()));
    readers_of_initial_.resize(static_cast<std::size_t>(graph.locations()));
    for (EventId id = 0; id < graph.size(); ++id) {
      const Event& event = graph[id];
      if (event.kind != Kind::kRead || !was_performed(id)) continue;
      if (event.source >= 0) readers_[static_cast<std::size_t>(event.source)].push_back(id);
      if (event.source == kInitial) readers_of_initial_[static_cast<std::size_t>(event.location)].push_back(id);
    }
  }

  [[nodiscard]] ThreadId threads() const { return static_cast<ThreadId>(performed_.size()); }
  [[nodiscard]] bool is_all(const Done& done) const { return done == performed_; }

  /// Takes as many steps of the thread as may come, to `order` if there is one. False: none.
  bool run(ThreadId thread, Done& done, std::vector<EventId>* order) const {
    bool any = false;
    while (advance(thread, done, order)) any = true;
    return any;
  }

 private:
  [[nodiscard]] bool was_performed(EventId id) const { return graph_[id].index < performed_[static_cast<std::size_t>(graph_[id].thread)]; }
  [[nodiscard]] bool is_done(const Done& done, EventId id) const {
    return graph_[id].index < done[static_cast<std::size_t>(graph_[id].thread)];
  }

  /// One step: one event, or those from the read of a read-modify-write to its write.
  bool advance(ThreadId thread, Done& done, std::vector<EventId>* order) const {
    const int begin = done[static_cast<std::size_t>(thread)];
    const int length = performed_[static_cast<std::size_t>(thread)];
    if (begin >= length) return false;
    int end = begin + 1;
    const Event& first = graph_[graph_.at(thread, begin)];
    if (first.kind == Kind::kRead && first.exclusive) {
      while (end < length && !(graph_[graph_.at(thread, end)].kind == Kind::kWrite && graph_[graph_.at(thread, end)].exclusive)) ++end;
      end = std::min(end + 1, length);
    }
    for (int i = begin; i < end; ++i) {
      if (!may_come(done, graph_.at(thread, i), begin == 0)) return false;
    }
    for (int i = begin; i < end && order != nullptr; ++i) order->push_back(graph_.at(thread, i));
    done[static_cast<std::size_t>(thread)] = end;
    return true;
  }

  [[nodiscard]] bool may_come(const Done& done, EventId id, bool first) const {
    const Event& event = graph_[id];
    if (first && event.thread != 0 && !is_done(done, graph_.creation(event.thread))) return false;
    if (event.source >= 0 && event.kind != Kind::kWrite && was_performed(event.source) && !is_done(done, event.source)) return false;
    if (!interleaving_ || event.kind != Kind::kWrite) return true;
    // The write before it in modification order, and who reads that; what comes before that one has been respected with it.
    EventId earlier = event.earlier;
    while (earlier >= 0 && !was_performed(earlier)) earlier = graph_[earlier].earlier;
    if (earlier >= 0 && !is_done(done, earlier)) return false;
    const auto& readers =
        earlier >= 0 ? readers_[static_cast<std::size_t>(earlier)] : readers_of_initial_[static_cast<std::size_t>(event.location)];
    for (const EventId reader : readers) {
      if (graph_[reader].thread != event.thread && !is_done(done, reader)) return false;
    }
    return true;
  }

  const Graph& graph_;
  const std::vector<int>& performed_;
  bool interleaving_;
  std::vector<std::vector<EventId>> readers_;             ///< of each write
  std::vector<std::vector<EventId>> readers_of_initial_;  ///< of each location
};

/// The turns that threads take, the last one first found of the fewest. To go on with a thread as far as it can never costs a switch: its
/// next step may come now, and hinders nobody later. So there is nothing to decide but whose turn is next, and what is done says all: it is
/// searched breadth first, by the number of turns. Past kStates, or kNumbers, the search keeps on each level those that have come furthest.
class FewestTurns {
 public:
  FewestTurns(const Steps& steps, ThreadId last)
      : steps_(steps), last_(last), most_(std::min(kStates, kNumbers / static_cast<std::size_t>(steps.threads()))) {}

  /// Empty where there is no order of all.
  std::vector<ThreadId> find() {
    states_.push_back({Done(static_cast<std::size_t>(steps_.threads()), 0), kNoThread, 0});
    std::vector<std::size_t> level{0};
    std::size_t found = 0;
    while (!level.empty()) {
      // One turn more, to the last thread, is as good as another one that ends with it.
      if (found != 0) return turns(found);
      std::vector<std::size_t> next;
      for (const std::size_t from : level) {
        if (states_.size() > most_ && level.size() > kKept) break;
        for (ThreadId thread = 0; thread < steps_.threads(); ++thread) {
          Done done = states_[from].done;
          if (!steps_.run(thread, done, nullptr)) continue;
          const bool all = steps_.is_all(done);
          if (!all && !seen_.insert(done).second) continue;
          states_.push_back({std::move(done), thread, from});
          if (all && (found == 0 || thread == last_)) found = states_.size() - 1;
          if (all && thread == last_) return turns(found);
          if (!all) next.push_back(states_.size() - 1);
        }
        states_[from].done = {};  // how it was reached is all that is asked of it from now on
      }
      if (states_.size() > most_) keep_furthest(next);
      level = std::move(next);
    }
    return found != 0 ? turns(found) : std::vector<ThreadId>{};
  }

 private:
  static constexpr std::size_t kKept = 16;

  struct State {
    Done done;
    ThreadId thread;  ///< whose turn led here
    std::size_t from;
  };

  void keep_furthest(std::vector<std::size_t>& level) {
    if (level.size() <= kKept) return;
    const auto steps_done = [&](std::size_t state) {
      std::int64_t sum = 0;
      for (const int count : states_[state].done) sum += count;
      return sum;
    };
    std::partial_sort(level.begin(), level.begin() + kKept, level.end(),
                      [&](std::size_t a, std::size_t b) { return steps_done(a) > steps_done(b); });
    for (std::size_t i = kKept; i < level.size(); ++i) states_[level[i]].done = {};
    level.resize(kKept);
    seen_.clear();  // those of earlier levels have come less far
  }

  [[nodiscard]] std::vector<ThreadId> turns(std::size_t state) const {
    std::vector<ThreadId> result;
    for (; state != 0; state = states_[state].from) result.push_back(states_[state].thread);
    std::reverse(result.begin(), result.end());
    return result;
  }

  const Steps& steps_;
  ThreadId last_;
  std::size_t most_;  ///< states looked at before those of a level become few
  std::vector<State> states_;
  std::set<Done> seen_;
};

}  // namespace

std::vector<EventId> linearize(const Graph& graph, const std::vector<int>& performed, bool interleaving, ThreadId last) {
  const Steps steps(graph, performed, interleaving);
  std::vector<EventId> order;
  Done done(performed.size(), 0);
  for (const ThreadId thread : FewestTurns(steps, last).find()) steps.run(thread, done, &order);
  return order;
}

bool has_interleaving(const Graph& graph) {
  std::vector<int> all;
  for (ThreadId thread = 0; thread < graph.threads(); ++thread) all.push_back(graph.length(thread));
  const Steps steps(graph, all, true);
  Done done(all.size(), 0);
  for (bool any = true; any;) {
    any = false;
    for (ThreadId thread = 0; thread < steps.threads(); ++thread) any = steps.run(thread, done, nullptr) || any;
  }
  return steps.is_all(done);
}

}  // namespace proberen::explore
