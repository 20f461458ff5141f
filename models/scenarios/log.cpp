#include "models/scenarios/log.hpp"

#include <algorithm>

#include "proberen/explore.hpp"

namespace proberen::scenarios {

Log::Log(const Subject& subject, const Scenario& scenario) {
  load(subject, scenario.before, before_);
  threads_.resize(scenario.threads.size());
  for (std::size_t t = 0; t < threads_.size(); ++t) load(subject, scenario.threads[t], threads_[t]);
}

void Log::load(const Subject& subject, const std::vector<Call>& calls, std::vector<LoggedCall>& log) {
  for (const Call& call : calls) log.push_back({subject.operation_number(call.operation), &call});
}

void Log::clear() {
  position_ = 0;
  const auto reset = [](std::vector<LoggedCall>& log) {
    for (LoggedCall& call : log) call = {call.operation, call.call};
  };
  reset(before_);
  for (auto& log : threads_) reset(log);
}

void Log::invoke(LoggedCall& call) const {
  call.invoked = ++position_;
  call.first_step = explore::steps_made();
  for (std::size_t t = 0; t < threads_.size(); ++t) call.known[t] = explore::steps_known(engine_thread(t));
}

void Log::respond(LoggedCall& call, Value result) const {
  call.result = std::move(result);
  call.end_step = explore::steps_made();
  call.responded = ++position_;
}

/// A call without steps can be known only by what its thread did afterwards.
std::size_t Log::preceding(const LoggedCall& later, std::size_t thread) const {
  const std::vector<LoggedCall>& log = threads_[thread];
  std::size_t count = 0;
  for (std::size_t i = 0; i < log.size() && log[i].result && log[i].end_step <= later.known[thread]; ++i) {
    if (log[i].end_step > log[i].first_step) count = i + 1;
  }
  return count;
}

std::string Log::key() const {
  std::string key;
  const auto add_result = [&](const LoggedCall& call) { key += call.invoked == 0 ? "-" : call.result ? call.result->text() : "?"; };
  for (const LoggedCall& call : before_) {
    add_result(call);
    key += ' ';
  }
  for (std::size_t t = 0; t < threads_.size(); ++t) {
    for (const LoggedCall& call : threads_[t]) {
      add_result(call);
      for (std::size_t other = 0; other < threads_.size() && call.invoked != 0; ++other) {
        if (other != t) key += '/' + std::to_string(preceding(call, other));
      }
      key += ' ';
    }
  }
  return key;
}

History Log::history(bool stuck) const {
  struct Placed {
    const LoggedCall* call;
    int thread;
    std::size_t index;
  };
  std::vector<Placed> placed;
  const auto place = [&](const std::vector<LoggedCall>& log, int thread) {
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].invoked != 0) placed.push_back({&log[i], thread, i});
    }
  };
  place(before_, -1);
  for (std::size_t t = 0; t < threads_.size(); ++t) place(threads_[t], static_cast<int>(t));
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.call->invoked < b.call->invoked; });
  History history;
  history.stuck = stuck;
  for (const Placed& later : placed) {
    HistoryEntry entry{later.thread, *later.call->call, later.call->result, 0, later.call->invoked, later.call->responded};
    for (std::size_t j = 0; j < placed.size(); ++j) {
      const Placed& earlier = placed[j];
      if (!earlier.call->result || &earlier == &later) continue;
      bool known = earlier.thread < 0 && later.thread >= 0;
      if (earlier.thread == later.thread)
        known = earlier.index < later.index;
      else if (!known && later.thread >= 0)
        known = earlier.index < preceding(*later.call, static_cast<std::size_t>(earlier.thread));
      if (known) entry.predecessors |= std::uint64_t{1} << j;
    }
    history.entries.push_back(std::move(entry));
  }
  return history;
}

}  // namespace proberen::scenarios
