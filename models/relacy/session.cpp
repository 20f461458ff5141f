#include "models/relacy/session.hpp"

#include <algorithm>
#include <string_view>

#include "models/relacy/relacy_library.hpp"

namespace proberen::relacy {

Session& session() {
  static Session only;
  return only;
}

Inside::Inside() { rl::context_holder<>::instance_ = session().context; }

bool Session::nobody_runs_without(unsigned leaving) const {
  const bool timed = std::any_of(parked.begin(), parked.end(), [](const Parked& sleeper) { return sleeper.timed; });
  return live - parked.size() <= leaving && !timed;
}

void Session::give_up() {
  stuck = true;
  const Inside relacy;
  for (const Parked& sleeper : parked) {
    relacy->unpark_thread(static_cast<rl::thread_id_t>(sleeper.thread), false, info_of(std::source_location::current()));
  }
  parked.clear();
}

int Session::current_thread() const { return phase == Phase::kThreads ? static_cast<int>(context->threadx_->index_) : -1; }

void Session::note(std::string text, std::string result, const std::source_location& site) {
  if (!collecting) return;
  ++position;
  events.push_back({current_thread(), std::move(text), std::move(result), place_of(site), position, position, 0});
}

std::string place_of(const std::source_location& site) {
  const std::string_view path = site.file_name();
  return std::string(path.substr(path.find_last_of('/') + 1)) + ':' + std::to_string(site.line());
}

}  // namespace proberen::relacy
