#include "proberen/history_failure.hpp"

#include <algorithm>

namespace proberen {

std::vector<Event> history_events(const History& history, const Linearization& linearization) {
  std::vector<Event> events;
  for (const HistoryEntry& entry : history.entries) {
    Event event;
    event.thread = entry.thread;
    event.text = entry.call.text();
    event.result = entry.result ? entry.result->text() : "";
    event.begin = entry.invoked;
    event.end = entry.responded;
    events.push_back(std::move(event));
  }
  for (std::size_t place = 0; place < linearization.order.size(); ++place) {
    events[linearization.order[place]].linearized = static_cast<int>(place) + 1;
  }
  return events;
}

Failure history_failure(const History& history, const Linearization& linearization) {
  const auto completed =
      std::count_if(history.entries.begin(), history.entries.end(), [](const auto& entry) { return entry.result.has_value(); });
  const auto explained = std::count_if(linearization.order.begin(), linearization.order.end(),
                                       [&](std::size_t index) { return history.entries[index].result.has_value(); });
  Failure failure;
  failure.kind = history.stuck && explained == completed ? "lost-wake-up" : "not-linearizable";
  failure.message = linearization.reason;
  failure.history = history_events(history, linearization);
  return failure;
}

}  // namespace proberen
