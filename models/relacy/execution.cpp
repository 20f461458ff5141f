#include "models/relacy/execution.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <ostream>
#include <string>
#include <unordered_set>
#include <vector>

#include "models/relacy/relacy_library.hpp"
#include "models/relacy/session.hpp"
#include "models/relacy/witness.hpp"
#include "proberen/history_failure.hpp"
#include "proberen/linearizability.hpp"

namespace proberen::relacy {
namespace {

using VectorClock = std::array<rl::timestamp_t, kMostThreads>;

struct LoggedCall {
  std::size_t operation = 0;
  const Call* call = nullptr;
  std::optional<Value> result;
  std::uint64_t invoked = 0;  ///< 0: it has not been
  std::uint64_t responded = 0;
  VectorClock before{};            ///< of its thread, when it was invoked
  rl::timestamp_t own_at_end = 0;  ///< its thread's own time, when it returned
};

/// What runs inside Relacy's executions. One at a time: Relacy makes its test objects itself, so they find it here.
class Exploration {
 public:
  Exploration(const Subject& subject, const Scenario& scenario, const SearchLimits& limits) : subject_(subject), limits_(limits) {
    logs_.resize(std::max<std::size_t>(scenario.threads.size(), 2) + 1);  // Relacy wants two threads: one may have nothing to do
    for (std::size_t t = 0; t < scenario.threads.size(); ++t) load(scenario.threads[t], logs_[t]);
    load(scenario.before, logs_.back());
    current_ = this;
    // A lock whose guard cannot unlock it ends in std::terminate: that is a failure of the subject, not the end of the search.
    terminate_ = std::set_terminate(
        [] { current_->fail_plainly("uncaught-exception", "std::terminate was called: an exception left a function that may not throw"); });
  }
  ~Exploration() {
    std::set_terminate(terminate_);
    current_ = nullptr;
  }
  Exploration(const Exploration&) = delete;
  Exploration& operator=(const Exploration&) = delete;

  static Exploration& current() { return *current_; }

  void set_up();
  void run_thread(std::size_t thread);
  void tear_down();

  SearchResult result;
  bool collecting = false;

 private:
  static inline Exploration* current_ = nullptr;

  void load(const std::vector<Call>& calls, std::vector<LoggedCall>& log) const {
    for (const Call& call : calls) log.push_back({subject_.operation_number(call.operation), &call, {}, 0, 0, {}, 0});
  }

  void run_calls(std::vector<LoggedCall>& log);
  [[nodiscard]] History history() const;
  void judge();
  [[noreturn]] void fail(Failure failure);
  [[noreturn]] void fail_plainly(const char* kind, std::string message);

  const Subject& subject_;
  const SearchLimits& limits_;
  std::terminate_handler terminate_ = nullptr;
  std::vector<std::vector<LoggedCall>> logs_;  ///< one for each thread; the last is the part before
  Instance* instance_ = nullptr;               ///< leaked where an execution is given up half-way
  std::unordered_set<std::string> accepted_;   ///< histories that the spec allows
};

VectorClock clock_of_thread() {
  VectorClock clock{};
  const rl::context& context = *session().context;
  for (rl::thread_id_t i = 0; i < context.get_thread_count(); ++i) clock[static_cast<std::size_t>(i)] = context.threadx_->acq_rel_order_[i];
  return clock;
}

/// Ends the execution, and with it the search: control does not come back.
void Exploration::fail(Failure failure) {
  result.failure = std::move(failure);
  const Inside relacy;
  relacy->fail_test("", rl::test_result_user_assert_failed, info_of(std::source_location::current()));
  __builtin_unreachable();
}

void Exploration::fail_plainly(const char* kind, std::string message) {
  Failure failure;
  failure.kind = kind;
  failure.message = std::move(message);
  failure.history = history_events(history(), {});
  fail(std::move(failure));
}

void Exploration::set_up() {
  Session& now = session();
  if (!collecting && (result.executions >= limits_.executions || ((result.executions & 15) == 0 && Clock::now() >= limits_.until))) {
    const Inside relacy;
    relacy->rl_until("the budget", info_of(std::source_location::current()));
  }
  if (!collecting) ++result.executions;
  now.phase = Phase::kBefore;
  now.live = static_cast<unsigned>(logs_.size() - 1);
  now.parked.clear();
  now.stuck = false;
  now.uncaught_exceptions = std::uncaught_exceptions();
  now.position = 0;
  now.cells = 0;
  now.collecting = collecting;
  now.events.clear();
  for (auto& log : logs_) {
    for (LoggedCall& logged : log) logged = {logged.operation, logged.call, {}, 0, 0, {}, 0};
  }
  instance_ = new Instance(subject_.type);
  run_calls(logs_.back());
  now.phase = Phase::kThreads;
}

void Exploration::run_calls(std::vector<LoggedCall>& log) {
  std::string exception;
  try {
    for (LoggedCall& logged : log) {
      logged.invoked = ++session().position;
      logged.before = clock_of_thread();
      logged.result = instance_->invoke(logged.operation, logged.call->arguments);
      logged.own_at_end = session().context->threadx_->own_acq_rel_order_;
      logged.responded = ++session().position;
    }
  } catch (const Stuck&) {
  } catch (const std::exception& error) {
    exception = std::string("an operation threw: ") + error.what();
  } catch (...) {
    exception = "an operation threw an exception that is no std::exception";
  }
  // Not from within a handler: nothing after it would run, and the exception would never end.
  if (!exception.empty()) fail_plainly("uncaught-exception", exception);
}

void Exploration::run_thread(std::size_t thread) {
  Session& now = session();
  if (!now.stuck) run_calls(logs_[thread]);
  --now.live;
  if (!now.stuck && !now.parked.empty() && now.nobody_runs_without(0)) now.give_up();
}

/// Calls that follow one another: by happens-before, which here is: all that the earlier call did is known where the later one begins.
History Exploration::history() const {
  struct Placed {
    const LoggedCall* logged;
    int thread;
  };
  std::vector<Placed> placed;
  for (std::size_t t = 0; t < logs_.size(); ++t) {
    const int thread = t + 1 == logs_.size() ? -1 : static_cast<int>(t);
    for (const LoggedCall& logged : logs_[t]) {
      if (logged.invoked != 0) placed.push_back({&logged, thread});
    }
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.logged->invoked < b.logged->invoked; });
  History history;
  history.stuck = session().stuck;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const LoggedCall& later = *placed[i].logged;
    HistoryEntry entry{placed[i].thread, *later.call, later.result, 0, later.invoked, later.responded};
    for (std::size_t j = 0; j < i; ++j) {
      const LoggedCall& earlier = *placed[j].logged;
      if (!earlier.result) continue;
      const bool same = placed[j].thread == placed[i].thread || placed[j].thread < 0;
      const bool known = same || later.before[static_cast<std::size_t>(placed[j].thread)] >= earlier.own_at_end;
      if (known) entry.predecessors |= std::uint64_t{1} << j;
    }
    history.entries.push_back(std::move(entry));
  }
  return history;
}

void Exploration::judge() {
  const History seen = history();
  std::string key = seen.stuck ? "stuck" : "";
  for (const HistoryEntry& entry : seen.entries) {
    key += std::to_string(entry.thread) + (entry.result ? entry.result->text() : "?") + '/' + std::to_string(entry.predecessors) + ' ';
  }
  result.stuck += seen.stuck ? 1 : 0;
  if (!accepted_.contains(key)) {
    const Linearization linearization = linearize(seen, subject_.spec);
    if (!linearization.linearizable) fail(history_failure(seen, linearization));
    accepted_.insert(std::move(key));
    ++result.histories;
  }
  if (seen.stuck) return;
  if (const std::string broken = instance_->broken_invariant(); !broken.empty()) {
    fail_plainly("invariant", "the invariant '" + broken + "' does not hold when all calls have returned");
  }
}

void Exploration::tear_down() {
  session().phase = Phase::kAfter;
  judge();
  delete instance_;
}

/// What Relacy runs.
template <int kThreads>
struct Suite : rl::test_suite<Suite<kThreads>, kThreads> {
  Suite() { session().context = rl::context_holder<>::instance_; }
  void before() {
    const Outside here;
    Exploration::current().set_up();
  }
  void thread(unsigned index) {
    const Outside here;
    Exploration::current().run_thread(index);
  }
  void after() {
    const Outside here;
    Exploration::current().tear_down();
  }
};

Failure failure_of(rl::test_result_e result) {
  Failure failure;
  const auto set = [&](const char* kind, const char* message) {
    failure.kind = kind;
    failure.message = message;
  };
  switch (result) {
    case rl::test_result_data_race:
      set("data-race", "two threads access the same plain memory, at least one of them writes, and neither happens before the other");
      break;
    case rl::test_result_livelock:
      set("livelock", "an execution went on for 2,000 steps");
      break;
    case rl::test_result_resource_leak:
      set("leak", "atomics of the subject are left when the object is destroyed");
      break;
    case rl::test_result_deadlock:
      set("deadlock", "every thread is blocked");
      break;
    default:
      set("other", rl::test_result_str(result));
  }
  return failure;
}

template <int kThreads>
rl::test_result_e run_relacy(Strategy strategy, rl::test_params& parameters, std::ostream& state, bool again) {
  return strategy == Strategy::kFull ? rl::run_test<Suite<kThreads>, rl::full_search_scheduler<kThreads>>(parameters, state, again)
                                     : rl::run_test<Suite<kThreads>, rl::random_scheduler<kThreads>>(parameters, state, again);
}

rl::test_result_e run_relacy(std::size_t threads, Strategy strategy, rl::test_params& parameters, std::ostream& state, bool again) {
  switch (threads) {
    case 0:
    case 1:
    case 2:
      return run_relacy<2>(strategy, parameters, state, again);
    case 3:
      return run_relacy<3>(strategy, parameters, state, again);
    default:
      return run_relacy<4>(strategy, parameters, state, again);
  }
}

rl::test_params quiet_parameters(Strategy strategy, std::ostream& nowhere) {
  rl::test_params parameters;
  parameters.search_type = strategy == Strategy::kFull ? rl::fair_full_search_scheduler_type : rl::random_scheduler_type;
  parameters.iteration_count = ~rl::iteration_t{0};
  parameters.output_stream = &nowhere;
  parameters.progress_stream = &nowhere;
  parameters.execution_depth_limit = 2000;
  return parameters;
}

/// Runs the failed execution once more, to be told step by step.
void tell(Exploration& exploration, std::size_t threads, Strategy strategy, const std::string& state, rl::test_result_e outcome) {
  std::ostream nowhere(nullptr);
  rl::ostringstream unused;
  rl::test_params parameters = quiet_parameters(strategy, nowhere);
  parameters.initial_state = state.c_str();
  parameters.collect_history = true;
  exploration.collecting = true;
  exploration.result.failure.reset();
  const rl::test_result_e same = run_relacy(threads, strategy, parameters, unused, true);
  SearchResult& result = exploration.result;
  if (same == rl::test_result_success) {
    result.failure = failure_of(outcome);
    result.failure->message += " (it did not show again: the subject does not depend on its scenario alone)";
  } else if (!result.failure) {
    result.failure = failure_of(same);
  }
  result.failure->interleaving = session().events;
  if (!session().events.empty() && result.failure->kind == "data-race") result.failure->location = session().events.back().location;
  result.witness = to_text({strategy, state});
}

/// Searches from a witness, or, where its state is empty, from the beginning.
SearchResult explore(const Subject& subject, const Scenario& scenario, const Witness& from, const SearchLimits& limits) {
  std::ostream nowhere(nullptr);
  rl::ostringstream end_state;  // Relacy's own: written while its operator new is in force
  rl::test_params parameters = quiet_parameters(from.strategy, nowhere);
  parameters.initial_state = from.state.c_str();
  Exploration exploration(subject, scenario, limits);
  const rl::test_result_e outcome = run_relacy(scenario.threads.size(), from.strategy, parameters, end_state, false);
  if (outcome == rl::test_result_success) {
    exploration.result.exhausted = from.strategy == Strategy::kFull;
  } else if (outcome != rl::test_result_until_condition_hit) {
    tell(exploration, scenario.threads.size(), from.strategy, end_state.str().c_str(), outcome);
  }
  return std::move(exploration.result);
}

}  // namespace

SearchResult search(const Subject& subject, const Scenario& scenario, Strategy strategy, std::uint64_t start, const SearchLimits& limits) {
  return explore(subject, scenario, {strategy, strategy == Strategy::kRandom ? std::to_string(start) + " " : ""}, limits);
}

SearchResult replay(const Subject& subject, const Scenario& scenario, const std::string& text) {
  return explore(subject, scenario, parse_witness(text), {Clock::time_point::max(), 1});
}

}  // namespace proberen::relacy
