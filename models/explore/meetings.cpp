// Meetings: the ground of barriers. An arrival is a step that nobody reads; when all are there, each thread that goes on has one more step
// for each other one, which takes the other's arrival for its source as a join takes the end of a thread. So the order in which threads
// arrive is no part of the execution graph.

#include <algorithm>

#include "models/explore/implementation.hpp"

namespace proberen::explore {

bool Engine::Implementation::all_there(const MeetingPlace& meeting, int round) const {
  return std::count_if(meeting.arrivals.begin(), meeting.arrivals.end(), [=](const Arrival& a) { return a.round == round; }) >=
         meeting.count;
}

/// That of another thread than the running one, by the order of threads.
EventId Engine::Implementation::arrival(const MeetingPlace& meeting, int round, int which) const {
  std::vector<Arrival> others;
  std::copy_if(meeting.arrivals.begin(), meeting.arrivals.end(), std::back_inserter(others),
               [&](const Arrival& a) { return a.round == round && a.thread != current; });
  std::sort(others.begin(), others.end(), [](const Arrival& a, const Arrival& b) { return a.thread < b.thread; });
  const Arrival& found = others[static_cast<std::size_t>(which)];
  return graph_->at(found.thread, found.index);
}

bool Engine::Implementation::meet(std::uintptr_t place, int count, Site site, std::string_view what) {
  Event event;
  event.kind = Kind::kArrive;
  event.thread = static_cast<std::int16_t>(current);
  event.site = site;
  bool fresh = false;
  static_cast<void>(step(event, fresh));
  const auto found = std::find_if(meetings_.begin(), meetings_.end(), [=](const MeetingPlace& meeting) { return meeting.place == place; });
  const auto number = static_cast<std::size_t>(found - meetings_.begin());
  if (found == meetings_.end()) meetings_.push_back({place, count, {}});
  Thread& me = threads[static_cast<std::size_t>(current)];
  auto& arrivals = meetings_[number].arrivals;
  me.round = static_cast<int>(std::count_if(arrivals.begin(), arrivals.end(), [&](const Arrival& a) { return a.thread == current; }));
  arrivals.push_back({current, me.done - 1, me.round});
  event.kind = Kind::kMeet;
  ThreadId last = current;
  for (int other = 0; other + 1 < count; ++other) {
    me.wait = Wait::kMeeting;
    me.target = static_cast<ThreadId>(number);
    me.what = what;
    me.site = site;
    const EventId id = step(event, fresh);
    if (fresh) {
      const EventId source = arrival(meetings_[number], me.round, other);
      (*graph_)[id].value = static_cast<Value>((*graph_)[source].thread);
      graph_->set_source(id, source);
    }
    last = std::max(last, static_cast<ThreadId>((*graph_)[id].value));
  }
  return last == current;
}

int Engine::Implementation::visitors(std::uintptr_t place) const {
  std::vector<ThreadId> seen{current};
  for (const MeetingPlace& meeting : meetings_) {
    if (meeting.place != place) continue;
    for (const Arrival& a : meeting.arrivals) {
      if (std::find(seen.begin(), seen.end(), a.thread) == seen.end()) seen.push_back(a.thread);
    }
  }
  return static_cast<int>(seen.size());
}

void Engine::Implementation::new_meeting_place(std::uintptr_t place) {
  for (MeetingPlace& meeting : meetings_) {
    if (meeting.place == place) meeting.place = 0;  // threads may be on their way out of it: it keeps its number
  }
}

}  // namespace proberen::explore
