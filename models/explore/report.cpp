// How a failed execution is told: in an order of its steps with the fewest context switches, as text and as a witness.

#include <algorithm>
#include <string>
#include <vector>

#include "models/explore/implementation.hpp"
#include "models/explore/linearization.hpp"

namespace proberen::explore {
namespace {

const char* order_name(Order order) {
  switch (order) {
    case Order::kPlain:
      return "plain";
    case Order::kRelaxed:
      return "relaxed";
    case Order::kAcquire:
      return "acquire";
    case Order::kRelease:
      return "release";
    case Order::kAcqRel:
      return "acq_rel";
    case Order::kSeqCst:
      return "seq_cst";
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
      const Value value = event.source == kInitial ? locations.initial(event.location) : event.source >= 0 ? graph[event.source].value : 0;
      return "read " + decimal(value) + " of " + place_text(locations, event.location) + ", " + order;
    }
    case Kind::kWrite:
      return "write " + decimal(event.value) + " to " + place_text(locations, event.location) + ", " + order;
    case Kind::kFence:
      return "fence " + order;
    case Kind::kCreate:
      return "create thread " + decimal(event.value);
    case Kind::kFinish:
      return "end";
    case Kind::kJoin:
      return "join thread " + decimal(event.value);
    case Kind::kArrive:
      return "arrive";
    case Kind::kMeet:
      return "meet thread " + decimal(event.value);
    case Kind::kWakeup:
      return "woken";
    case Kind::kChoice:
      return "choice " + decimal(event.value);
  }
  return "";
}

Step step_of(const Graph& graph, const Locations& locations, EventId id) {
  const Event& event = graph[id];
  Step step;
  step.thread = event.thread;
  step.index = event.index;
  step.text = step_text(graph, locations, event);
  if (event.source != kNoEvent && event.kind != Kind::kWrite) step.reads_from = source_text(graph, event.source);
  step.site = event.site;
  step.second_half = event.kind == Kind::kWrite && event.exclusive;
  return step;
}

}  // namespace

std::vector<Step> all_steps(const Graph& graph, const Locations& locations) {
  std::vector<Step> steps;
  for (EventId id = 0; id < graph.size(); ++id) steps.push_back(step_of(graph, locations, id));
  return steps;
}

Description describe(const Graph& graph, const Locations& locations, const std::vector<int>& performed, ThreadId last) {
  // An ordinary interleaving where there is one: no other order is as easy to follow.
  std::vector<EventId> order = linearize(graph, performed, true, last);
  if (order.empty()) order = linearize(graph, performed, false, last);
  Description told;
  std::vector<std::vector<int>> placed(static_cast<std::size_t>(graph.locations()));  // the writes told so far, by location
  // How many of them come later in modification order.
  const auto later = [&](const Event& event, int place) {
    const std::vector<int>& places = placed[static_cast<std::size_t>(event.location)];
    return static_cast<int>(std::count_if(places.begin(), places.end(), [=](int other) { return other > place; }));
  };
  ThreadId thread = kNoThread;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Event& event = graph[order[i]];
    told.steps.push_back(step_of(graph, locations, order[i]));
    int choice = 0;
    if (event.kind == Kind::kRead) choice = later(event, graph.place_of(event.source));
    if (event.kind == Kind::kWrite) {
      choice = later(event, event.place);
      placed[static_cast<std::size_t>(event.location)].push_back(event.place);
    }
    if (event.kind == Kind::kChoice) choice = static_cast<int>(event.value);
    if (event.thread != thread) told.witness += (told.witness.empty() ? "" : "-") + std::to_string(event.thread) + ":";
    thread = event.thread;
    told.witness += choice < 10 ? std::to_string(choice) : "(" + std::to_string(choice) + ")";
  }
  told.witness += "!" + std::to_string(last);
  return told;
}

}  // namespace proberen::explore
