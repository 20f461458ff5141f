#include "models/explore/fingerprint.hpp"

#include <array>

#include "models/explore/schedulers.hpp"

namespace proberen::explore {
namespace {

/// Names threads by who created them with which of its steps, events by their thread and their place in it.
class Names {
 public:
  explicit Names(const Graph& graph) : graph_(graph) {
    for (EventId id = 0; id < graph.size(); ++id) {
      if (graph[id].kind == Kind::kCreate) threads_[static_cast<std::size_t>(graph[id].value)] = of(id);
    }
  }
  [[nodiscard]] std::uint64_t of(EventId id) const {
    if (id < 0) return static_cast<std::uint64_t>(id);
    const Event& event = graph_[id];
    return Random::mixed(threads_[static_cast<std::size_t>(event.thread)] + static_cast<std::uint64_t>(event.index) + 1);
  }

 private:
  const Graph& graph_;
  std::array<std::uint64_t, kMaxThreads> threads_{};
};

}  // namespace

std::uint64_t fingerprint(const Graph& graph) {
  const Names names(graph);
  std::uint64_t sum = 0;
  for (EventId id = 0; id < graph.size(); ++id) {
    const Event& event = graph[id];
    std::uint64_t what = 0;
    if (event.kind == Kind::kRead || event.kind == Kind::kWakeup) what = names.of(event.source);
    if (event.kind == Kind::kWrite) what = names.of(event.earlier);
    if (event.kind == Kind::kChoice) what = static_cast<std::uint64_t>(event.value);
    sum += Random::mixed(names.of(id) + Random::mixed(what));
  }
  return sum;
}

}  // namespace proberen::explore
