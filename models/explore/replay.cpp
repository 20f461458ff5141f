#include "models/explore/replay.hpp"

#include <charconv>
#include <stdexcept>

namespace proberen::explore {
namespace {

[[noreturn]] void refuse(const std::string& witness) {
  throw std::invalid_argument("not a witness of an execution: " + (witness.size() > 60 ? witness.substr(0, 60) + "…" : witness));
}

}  // namespace

Replay::Replay(const std::string& witness) {
  const char* at = witness.data();
  const char* const end = at + witness.size();
  const auto number = [&](int& value) {
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value < 0) refuse(witness);
    at = next;
  };
  while (at != end) {
    if (*at == '!') {
      ++at;
      number(last_);
      if (at != end || last_ >= kMaxThreads) refuse(witness);
      return;
    }
    int thread = 0;
    number(thread);
    if (thread >= kMaxThreads || at == end || *at++ != ':') refuse(witness);
    for (; at != end && *at != '-' && *at != '!'; ++at) {
      int choice = 0;
      if (*at == '(') {
        ++at;
        number(choice);
        if (at == end || *at != ')') refuse(witness);
      } else if (*at >= '0' && *at <= '9') {
        choice = *at - '0';
      } else {
        refuse(witness);
      }
      steps_.push_back({thread, choice});
    }
    if (at != end && *at == '-') ++at;
  }
}

bool Replay::next() {
  if (begun_) return false;
  begun_ = true;
  graph_.clear();
  return true;
}

int Replay::choice_of(EventId id) const {
  return static_cast<std::size_t>(id) < steps_.size() ? steps_[static_cast<std::size_t>(id)].choice : 0;
}

bool Replay::read(EventId id, const Prospect& /*prospect*/) {
  const Event& event = graph_[id];
  EventId source = graph_.last_write(event.location);
  for (int back = choice_of(id); back > 0 && source != kInitial; --back) source = graph_[source].earlier;
  graph_.set_source(id, source);
  return true;
}

bool Replay::write(EventId id) {
  const Event& event = graph_[id];
  EventId earlier = graph_.last_write(event.location);
  for (int back = choice_of(id); back > 0 && earlier != kInitial; --back) earlier = graph_[earlier].earlier;
  graph_.place_after(id, event.exclusive ? event.source : earlier);
  return true;
}

void Replay::choose(EventId id, unsigned count) {
  const auto choice = static_cast<unsigned>(choice_of(id));
  graph_[id].value = static_cast<Value>(choice < count ? choice : 0);
}

/// Threads are started as soon as they are there: what a thread does before its first step is no step.
ThreadId Replay::pick(ThreadSet enabled, ThreadSet unstarted) {
  if (const ThreadSet to_start = enabled & unstarted; !to_start.empty()) return to_start.first();
  const auto at = static_cast<std::size_t>(graph_.size());
  const ThreadId wanted = at < steps_.size() ? steps_[at].thread : last_;
  if (wanted != kNoThread && enabled.contains(wanted)) return wanted;
  return enabled.first();
}

}  // namespace proberen::explore
