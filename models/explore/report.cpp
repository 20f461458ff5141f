// How a failed execution is told: in an order of its steps that has few context switches, as text and as a witness.

#include <algorithm>
#include <string>
#include <vector>

#include "models/explore/implementation.hpp"

namespace proberen::explore {
namespace {

const char* order_name(Order order) {
  switch (order) {
    case Order::kPlain: return "plain";
    case Order::kRelaxed: return "relaxed";
    case Order::kAcquire: return "acquire";
    case Order::kRelease: return "release";
    case Order::kAcqRel: return "acq_rel";
    case Order::kSeqCst: return "seq_cst";
  }
  return "?";
}

std::string hex(std::uintptr_t address) {
  static const char* const digits = "0123456789abcdef";
  std::string text;
  for (; address != 0; address /= 16) text.insert(text.begin(), digits[address % 16]);
  return "0x" + (text.empty() ? "0" : text);
}

std::string decimal(Value value) {
  if (value == 0) return "0";
  std::string text;
  for (; value != 0; value /= 10) text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  return text;
}

/// Puts the performed events in an order that respects program order and reads-from, and modification order and from-read too where that
/// can be (then it is an ordinary interleaving). It stays with a thread as long as it can.
class Linearization {
 public:
  Linearization(const Graph& graph, const std::vector<int>& performed, bool interleaving)
      : graph_(graph), performed_(performed), interleaving_(interleaving), done_(performed.size(), 0) {
    for (const int count : performed) total_ += static_cast<std::size_t>(count);
  }

  /// Empty where there is no such order.
  std::vector<EventId> find() {
    ThreadId thread = 0;
    while (order_.size() < total_) {
      if (advance(thread)) continue;
      ThreadId next = 0;
      while (next < threads() && !advance(next)) ++next;
      if (next == threads()) return {};
      thread = next;
    }
    return std::move(order_);
  }

 private:
  [[nodiscard]] ThreadId threads() const { return static_cast<ThreadId>(performed_.size()); }
  [[nodiscard]] bool was_performed(EventId id) const { return graph_[id].index < performed_[static_cast<std::size_t>(graph_[id].thread)]; }
  [[nodiscard]] bool is_done(EventId id) const { return graph_[id].index < done_[static_cast<std::size_t>(graph_[id].thread)]; }

  /// Takes the thread's next step: one event, or those from the read of a read-modify-write to its write.
  bool advance(ThreadId thread) {
    const int begin = done_[static_cast<std::size_t>(thread)];
    const int length = performed_[static_cast<std::size_t>(thread)];
    if (begin >= length) return false;
    int end = begin + 1;
    const Event& first = graph_[graph_.at(thread, begin)];
    if (first.kind == Kind::kRead && first.exclusive) {
      while (end < length && !(graph_[graph_.at(thread, end)].kind == Kind::kWrite && graph_[graph_.at(thread, end)].exclusive)) ++end;
      end = std::min(end + 1, length);
    }
    for (int i = begin; i < end; ++i) {
      if (!may_come(graph_.at(thread, i), begin == 0)) return false;
    }
    for (int i = begin; i < end; ++i) order_.push_back(graph_.at(thread, i));
    done_[static_cast<std::size_t>(thread)] = end;
    return true;
  }

  [[nodiscard]] bool may_come(EventId id, bool first) const {
    const Event& event = graph_[id];
    if (first && event.thread != 0 && !is_done(graph_.creation(event.thread))) return false;
    if (event.source >= 0 && event.kind != Kind::kWrite && was_performed(event.source) && !is_done(event.source)) return false;
    if (!interleaving_) return true;
    if (event.kind == Kind::kWrite) {
      for (EventId other = graph_.first_write(event.location); other != id && other != kNoEvent; other = graph_[other].later) {
        if (was_performed(other) && !is_done(other)) return false;
      }
      for (EventId other = graph_.last_at(event.location); other != kNoEvent; other = graph_[other].previous_at_location) {
        const Event& reader = graph_[other];
        if (reader.kind != Kind::kRead || reader.thread == event.thread || !was_performed(other) || is_done(other)) continue;
        if (graph_.place_of(reader.source) < event.place) return false;
      }
    }
    return true;
  }

  const Graph& graph_;
  const std::vector<int>& performed_;
  bool interleaving_;
  std::vector<int> done_;
  std::vector<EventId> order_;
  std::size_t total_ = 0;
};

std::string place_text(const Locations& locations, LocationId location) {
  return (locations.is_queue(location) ? "sleepers of " : "") + hex(locations.address(location));
}

std::string source_text(const Graph& graph, EventId source) {
  if (source == kInitial) return "init";
  if (source < 0) return "";
  return "T" + std::to_string(graph[source].thread) + "." + std::to_string(graph[source].index);
}

std::string step_text(const Graph& graph, const Locations& locations, const Event& event) {
  const std::string order = order_name(event.order);
  switch (event.kind) {
    case Kind::kRead: {
      const Value value = event.source == kInitial ? locations.initial(event.location)
                          : event.source >= 0      ? graph[event.source].value
                                                   : 0;
      return "read " + decimal(value) + " of " + place_text(locations, event.location) + ", " + order;
    }
    case Kind::kWrite: return "write " + decimal(event.value) + " to " + place_text(locations, event.location) + ", " + order;
    case Kind::kFence: return "fence " + order;
    case Kind::kCreate: return "create thread " + decimal(event.value);
    case Kind::kFinish: return "end";
    case Kind::kJoin: return "join thread " + decimal(event.value);
    case Kind::kArrive: return "arrive";
    case Kind::kMeet: return "meet thread " + decimal(event.value);
    case Kind::kWakeup: return "woken";
    case Kind::kChoice: return "choice " + decimal(event.value);
  }
  return "";
}

}  // namespace

Report describe(const Graph& graph, const Locations& locations, const std::vector<int>& performed, ThreadId last) {
  std::vector<EventId> order = Linearization(graph, performed, true).find();
  if (order.empty()) order = Linearization(graph, performed, false).find();
  Report report;
  std::vector<std::vector<int>> placed(static_cast<std::size_t>(graph.locations()));  // the writes told so far, by location
  // How many of them come later in modification order.
  const auto later = [&](const Event& event, int place) {
    const std::vector<int>& places = placed[static_cast<std::size_t>(event.location)];
    return static_cast<int>(std::count_if(places.begin(), places.end(), [=](int other) { return other > place; }));
  };
  ThreadId thread = kNoThread;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Event& event = graph[order[i]];
    Step step;
    step.thread = event.thread;
    step.index = event.index;
    step.text = step_text(graph, locations, event);
    if (event.source != kNoEvent && event.kind != Kind::kWrite) step.reads_from = source_text(graph, event.source);
    step.site = event.site;
    step.second_half = event.kind == Kind::kWrite && event.exclusive;
    report.steps.push_back(std::move(step));
    int choice = 0;
    if (event.kind == Kind::kRead) choice = later(event, graph.place_of(event.source));
    if (event.kind == Kind::kWrite) {
      choice = later(event, event.place);
      placed[static_cast<std::size_t>(event.location)].push_back(event.place);
    }
    if (event.kind == Kind::kChoice) choice = static_cast<int>(event.value);
    if (event.thread != thread) report.witness += (report.witness.empty() ? "" : "-") + std::to_string(event.thread) + ":";
    thread = event.thread;
    report.witness += choice < 10 ? std::to_string(choice) : "(" + std::to_string(choice) + ")";
  }
  report.witness += "!" + std::to_string(last);
  return report;
}

}  // namespace proberen::explore
