#include "models/explore/sampler.hpp"

#include <algorithm>
#include <utility>

#include "models/explore/sc_order.hpp"

namespace proberen::explore {
namespace {

constexpr std::size_t kRemembered = 1'000'000;

}  // namespace

Sampler::Sampler(const Options& options) : random_(options.seed), scheduler_(make_scheduler(options, random_)) {}

bool Sampler::next() {
  graph_.clear();
  scheduler_->begin();
  return true;
}

Variety Sampler::variety() {
  if (seen_.size() >= kRemembered) return variety_;
  const auto [seen, is_new] = seen_.try_emplace(hash_of_graph(), false);
  ++variety_.compared;
  if (is_new) ++variety_.distinct;
  if (is_new) ++variety_.seen_once;
  if (!is_new && !std::exchange(seen->second, true)) --variety_.seen_once;
  return variety_;
}

std::uint64_t Sampler::hash_of_graph() const {
  std::uint64_t hash = 0;
  for (EventId id = 0; id < graph_.size(); ++id) {
    const Event& event = graph_[id];
    if (event.kind != Kind::kRead) continue;
    std::uint64_t source = 0;
    if (event.source >= 0) {
      const Event& write = graph_[event.source];
      source = (static_cast<std::uint64_t>(write.thread) << 32) + static_cast<std::uint64_t>(write.index) + 1;
    }
    hash +=
        Random::mixed(Random::mixed((static_cast<std::uint64_t>(event.thread) << 32) + static_cast<std::uint64_t>(event.index)) + source);
  }
  return hash;
}

/// How many writes, up to the latest one, a read may read from, or a write be placed after.
inline int Sampler::choices_at(const Event& event, EventId latest) const {
  if (latest == kInitial) return 1;
  const Graph::Clock* const known = graph_.knowledge(event.thread, event.index);
  if (graph_.contains(known, latest)) return 1;
  return graph_[latest].place - graph_.lowest_place(event.location, known) + 1;
}

bool Sampler::read(EventId id, const Prospect& prospect) {
  const Event& event = graph_[id];
  const LocationId location = event.location;
  const EventId latest = graph_.last_write(location);
  int choices = choices_at(event, latest);
  if (prospect.in_vain != kNoEvent) choices = std::min(choices, graph_.place_of(latest) - graph_.place_of(prospect.in_vain));
  if (choices <= 1) {
    graph_.set_source(id, latest);
    return true;
  }
  EventId source = latest;
  for (std::uint64_t back = random_.below(static_cast<std::uint64_t>(choices)); back > 0; --back) source = graph_[source].earlier;
  if ((event.exclusive || event.open) && graph_.is_updated(source, location)) source = latest;
  graph_.set_source(id, source);
  if (source != latest && !sc_order_exists(graph_, id, kNoEvent)) graph_.set_source(id, latest);
  return true;
}

bool Sampler::write(EventId id) {
  const Event& event = graph_[id];
  const EventId latest = graph_.last_write(event.location);
  if (event.exclusive) {
    if (graph_.is_updated(event.source, event.location)) return false;
    graph_.place_after(id, event.source);
    return event.later == kNoEvent || sc_order_exists(graph_, id, kNoEvent);
  }
  const int choices = choices_at(event, latest);
  EventId earlier = latest;
  // Mostly the last place: where the order of steps is the modification order.
  if (choices > 1 && random_.below(4) == 0) {
    for (std::uint64_t back = random_.below(static_cast<std::uint64_t>(choices)); back > 0; --back) earlier = graph_[earlier].earlier;
    if (graph_.is_updated(earlier, event.location)) earlier = latest;
  }
  graph_.place_after(id, earlier);
  if (earlier != latest && !sc_order_exists(graph_, id, kNoEvent)) {
    graph_.unplace(id);
    graph_.place_after(id, latest);
  }
  return true;
}

void Sampler::choose(EventId id, unsigned count) { graph_[id].value = static_cast<Value>(random_.below(count)); }

}  // namespace proberen::explore
