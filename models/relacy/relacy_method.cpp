#include "proberen/relacy_method.hpp"

#include <algorithm>

#include "models/relacy/execution.hpp"
#include "proberen/scenario_search.hpp"

namespace proberen {
namespace {

using relacy::Clock;
using relacy::SearchLimits;
using relacy::SearchResult;
using relacy::Strategy;
using std::chrono::milliseconds;

constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
constexpr std::uint64_t kSample = 3000;  ///< random executions before the full search: they find most bugs at once, with short witnesses

/// What was asked of a scenario, and what came of it.
class Explorer {
 public:
  // Runs begin below 2^32: Relacy's generator makes its step of the upper half of their number, and with another than 0 it can stay in a
  // cycle so short that a thread never gets its turn, which looks like a livelock.
  Explorer(const Subject& subject, const Request& request, const Progress& progress)
      : subject_(subject), request_(request), progress_(progress), start_(1 + request.seed % 4'000 * 1'000'000) {}

  Record explore(const Method& method, const NamedScenario& named, milliseconds budget) {
    Record record = begin_record(subject_, method, request_);
    record.configuration["engine"] = "relacy";
    record.configuration["memory model"] = "C++11 by Relacy";
    record.configuration["threads"] = std::to_string(named.scenario.threads.size());
    record.configuration["scenario"] = named.scenario.text();
    if (!named.name.empty()) record.configuration["scenario name"] = named.name;
    record.limits = {
        "Relacy: a load reads one of the last two stores (full search) or three (random), not any older one",
        "Relacy: fences of an asymmetric pair count as full ones; plain memory is checked where it is marked by SharedData",
        "Relacy: no spurious wake-ups; time stands still, and a timed wait may end at any moment",
    };
    if (request_.witness.starts_with('E')) {
      record.verdict = Verdict::kSkipped;
      record.reason = "the witness is one of another variant";
      return record;
    }
    if (!request_.witness.empty()) {
      SearchResult result = relacy::replay(subject_, named.scenario, request_.witness);
      describe(record, result, {}, "one execution, replayed");
      if (result.failure) fail(record, named.scenario, std::move(result));
      return record;
    }
    search(record, named.scenario, budget);
    return record;
  }

 private:
  void search(Record& record, const Scenario& scenario, milliseconds budget) {
    const Clock::time_point ends = Clock::now() + budget;
    progress_(subject_.name + ": " + scenario.text());
    SearchResult random = relacy::search(subject_, scenario, Strategy::kRandom, start_, {Clock::now() + budget / 3, kSample});
    if (random.failure) return finish(record, scenario, std::move(random), {});
    SearchResult full = relacy::search(subject_, scenario, Strategy::kFull, 0, {Clock::now() + (ends - Clock::now()) * 2 / 3, kUnlimited});
    if (full.failure || full.exhausted) return finish(record, scenario, std::move(full), random);
    SearchResult more = relacy::search(subject_, scenario, Strategy::kRandom, start_ + kSample, {ends, kUnlimited});
    more.executions += random.executions;
    if (more.failure) return finish(record, scenario, std::move(more), {});
    finish(record, scenario, std::move(full), more);
  }

  static void describe(Record& record, const SearchResult& main, const SearchResult& sampled, std::string how) {
    record.how = std::move(how);
    record.complete = main.exhausted;
    record.counts = {{"executions", main.executions + sampled.executions},
                     {"sampled executions", sampled.executions},
                     {"histories", std::max(main.histories, sampled.histories)},
                     {"stuck executions", main.stuck + sampled.stuck}};
  }

  void finish(Record& record, const Scenario& scenario, SearchResult main, const SearchResult& sampled) {
    const std::string count = std::to_string(main.executions);
    if (main.failure) {
      describe(record, main, sampled, "found in execution " + std::to_string(main.executions + sampled.executions));
      record.configuration["search"] = main.witness.starts_with('F') ? "full" : "random";
      return fail(record, scenario, std::move(main));
    }
    record.configuration["search"] = "full and random";
    if (main.exhausted) {
      describe(record, main, sampled, "exhaustive, " + count + " executions");
      return;
    }
    describe(record, main, sampled,
             count + " executions of a full search that was not finished, " + std::to_string(sampled.executions) + " random ones");
    record.verdict = Verdict::kInconclusive;
    record.reason = "the budget ended before the full search of '" + scenario.text() + "'";
  }

  void fail(Record& record, Scenario scenario, SearchResult found) {
    if (request_.witness.empty() && request_.scenario.empty()) shrink(scenario, found);
    record.verdict = Verdict::kFail;
    Failure failure = std::move(*found.failure);
    failure.scenario = scenario.text();
    failure.witness = found.witness;
    failure.replay = "proberen explore " + subject_.name + " --scenario '" + failure.scenario + "' --witness " + found.witness;
    record.failure = std::move(failure);
  }

  void shrink(Scenario& scenario, SearchResult& found) {
    shrink_scenario(subject_, request_, scenario, progress_, [&](const Scenario& candidate, milliseconds time) {
      SearchResult result = relacy::search(subject_, candidate, Strategy::kRandom, start_, {Clock::now() + time, kSample});
      if (!result.failure || result.failure->kind != found.failure->kind) return false;
      found = std::move(result);
      return true;
    });
  }

  const Subject& subject_;
  const Request& request_;
  const Progress& progress_;
  std::uint64_t start_;  ///< the first random execution
};

class ExploreMethod final : public Method {
 public:
  [[nodiscard]] std::string name() const override { return "explore"; }

  void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) override {
    if (!subject.explorable) {
      Record record = begin_record(subject, *this, request);
      record.verdict = Verdict::kSkipped;
      record.reason =
          "it does not run on the model checker's platform (one that does says so with a member `using Platform = "
          "proberen::DefaultPlatform`)";
      return sink(std::move(record));
    }
    Explorer explorer(subject, request, progress);
    explore_scenarios(subject, request, relacy::kMostThreads, sink,
                      [&](const NamedScenario& named, milliseconds budget) { return explorer.explore(*this, named, budget); });
  }
};

}  // namespace

std::unique_ptr<Method> make_explore_method() { return std::make_unique<ExploreMethod>(); }

}  // namespace proberen
