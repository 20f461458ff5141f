#include "proberen/scenarios_method.hpp"

#include <algorithm>

#include "models/scenarios/execution.hpp"
#include "models/scenarios/log.hpp"
#include "proberen/scenario_search.hpp"

namespace proberen {
namespace {

using scenarios::SearchResult;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSample = 500;       ///< random executions before all of them: they find most bugs of large scenarios at once
constexpr std::uint64_t kShrinkLook = 5000;  ///< executions of a simpler scenario before it is given up
constexpr char kWitnessMark = 'E';           ///< before the engine's witness: the other engine's begin otherwise

explore::Options options_of(explore::Search search, milliseconds time) {
  explore::Options options;
  options.search = search;
  options.time = std::max(time, milliseconds(1));
  return options;
}

/// What was asked of a scenario, and what came of it.
class Explorer {
 public:
  Explorer(const Subject& subject, const Request& request, const Progress& progress)
      : subject_(subject), request_(request), progress_(progress) {}

  Record explore(const Method& method, const NamedScenario& named, milliseconds budget) {
    Record record = begin_record(subject_, method, request_);
    record.configuration["engine"] = "proberen";
    record.configuration["memory model"] = "RC11";
    record.configuration["threads"] = std::to_string(named.scenario.threads.size());
    record.configuration["scenario"] = named.scenario.text();
    if (!named.name.empty()) record.configuration["scenario name"] = named.name;
    record.limits = {
        "load buffering is not explored, and consume is acquire",
        "weak compare-and-swaps and waits never fail for no reason; a timed wait may end at any moment",
        "what is not compiled with the hooks, like the C++ library itself, is not seen",
    };
    if (request_.witness.empty()) {
      search(record, named.scenario, budget);
    } else if (request_.witness.front() == kWitnessMark) {
      replay(record, named.scenario);
    } else {
      record.verdict = Verdict::kSkipped;
      record.reason = "the witness is one of another variant";
    }
    return record;
  }

 private:
  void replay(Record& record, const Scenario& scenario) const {
    explore::Options options;
    options.search = explore::Search::kReplay;
    options.witness = request_.witness.substr(1);
    SearchResult result = scenarios::search(subject_, scenario, options);
    describe(record, result, 0, "one execution, replayed");
    record.complete = false;
    if (!skip(record, result) && result.failure) fail(record, scenario, std::move(*result.failure));
  }

  void search(Record& record, const Scenario& scenario, milliseconds budget) {
    const Clock::time_point ends = Clock::now() + budget;
    progress_(subject_.name + ": " + scenario.text());
    explore::Options sampling = options_of(explore::Search::kPos, budget / 4);
    sampling.seed = request_.seed;
    sampling.max_executions = kSample;
    SearchResult sample = scenarios::search(subject_, scenario, sampling);
    const std::uint64_t sampled = sample.counts.executions;
    if (skip(record, sample)) return;
    if (sample.failure) {
      describe(record, sample, 0, "found in a random execution, number " + std::to_string(sampled + sample.counts.failed));
      record.configuration["search"] = "random";
      return shrink_and_fail(record, scenario, std::move(*sample.failure));
    }
    const auto left = std::chrono::duration_cast<milliseconds>(ends - Clock::now());
    SearchResult all = scenarios::search(subject_, scenario, options_of(explore::Search::kExhaustive, left));
    record.configuration["search"] = "exhaustive";
    if (skip(record, all)) return;
    const std::string count = std::to_string(all.counts.executions);
    if (all.failure) {
      describe(record, all, sampled, "found after " + count + " executions");
      return shrink_and_fail(record, scenario, std::move(*all.failure));
    }
    if (all.exhausted) return describe(record, all, sampled, "exhaustive, " + count + " executions");
    describe(record, all, sampled, count + " executions of a search that was not finished, " + std::to_string(sampled) + " random ones");
    record.verdict = Verdict::kInconclusive;
    record.reason = "the budget ended before all executions of '" + scenario.text() + "' were visited";
  }

  static bool skip(Record& record, const SearchResult& result) {
    if (result.unsupported.empty()) return false;
    record.verdict = Verdict::kSkipped;
    record.reason = result.unsupported;
    return true;
  }

  static void describe(Record& record, const SearchResult& result, std::uint64_t sampled, std::string how) {
    record.how = std::move(how);
    record.complete = result.exhausted;
    record.counts = {{"executions", result.counts.executions},  {"sampled executions", sampled}, {"blocked", result.counts.blocked},
                     {"stuck executions", result.counts.stuck}, {"histories", result.histories}, {"events", result.counts.events},
                     {"longest", result.counts.longest}};
  }

  void shrink_and_fail(Record& record, Scenario scenario, Failure failure) {
    if (request_.scenario.empty()) shrink(scenario, failure);
    fail(record, scenario, std::move(failure));
  }

  void fail(Record& record, const Scenario& scenario, Failure failure) const {
    record.verdict = Verdict::kFail;
    failure.scenario = scenario.text();
    failure.witness = kWitnessMark + failure.witness;
    failure.replay = "proberen explore " + subject_.name + " --scenario '" + failure.scenario + "' --witness " + failure.witness;
    record.failure = std::move(failure);
  }

  void shrink(Scenario& scenario, Failure& found) {
    shrink_scenario(subject_, request_, scenario, progress_, [&](const Scenario& candidate, milliseconds time) {
      explore::Options look = options_of(explore::Search::kExhaustive, time);
      look.max_executions = kShrinkLook;
      SearchResult result = scenarios::search(subject_, candidate, look);
      if (!result.failure || result.failure->kind != found.kind) return false;
      found = std::move(*result.failure);
      return true;
    });
  }

  const Subject& subject_;
  const Request& request_;
  const Progress& progress_;
};

class ScenariosMethod final : public Method {
 public:
  [[nodiscard]] std::string name() const override { return "explore"; }

  void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) override {
    Explorer explorer(subject, request, progress);
    explore_scenarios(subject, request, scenarios::kMostThreads, sink,
                      [&](const NamedScenario& named, milliseconds budget) { return explorer.explore(*this, named, budget); });
  }
};

}  // namespace

std::unique_ptr<Method> make_scenarios_method() { return std::make_unique<ScenariosMethod>(); }

}  // namespace proberen
