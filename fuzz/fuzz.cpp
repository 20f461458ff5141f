#include "proberen/fuzz.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>

#include <rapidcheck.h>

#include "fuzz/process_trials.hpp"
#include "fuzz/worker.hpp"
#include "proberen/history.hpp"
#include "proberen/random_scenario.hpp"

namespace proberen {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kRepetitions = 6;          ///< of a scenario, while searching
constexpr int kShrinkRepetitions = 600;  ///< of a candidate, while shrinking: a failure on real threads is a matter of chance
constexpr milliseconds kTrialLimit{20'000};

rc::Gen<Scenario> scenarios(const Subject& subject) {
  const auto made = rc::gen::noShrink(rc::gen::exec(
      [&subject] { return random_scenario(subject, {}, [](std::size_t limit) { return *rc::gen::inRange<std::size_t>(0, limit); }); }));
  return rc::gen::shrink(made,
                         [&subject](const Scenario& scenario) { return rc::seq::fromContainer(simpler_scenarios(subject, scenario)); });
}

struct Found {
  Scenario scenario;
  Failure failure;
  std::uint64_t seed = 0;
};

class Fuzz {
 public:
  Fuzz(const Subject& subject, const Request& request, const Progress& progress, fuzz::Trials& trials)
      : subject_(subject), request_(request), progress_(progress), trials_(trials), ends_(Clock::now() + request.time) {}

  std::optional<Found> search() {
    // At least a few, however short the budget: a check that checked nothing must not pass.
    constexpr std::uint64_t kAtLeast = 20;
    while (Clock::now() < ends_ || scenarios_ < kAtLeast) {
      const std::uint64_t seed = request_.seed + scenarios_++;
      const rc::Shrinkable<Scenario> shrinkable = scenarios(subject_)(rc::Random(seed), 100);
      if (std::optional<Failure> failure = fails(shrinkable.value(), seed, kRepetitions)) {
        return shrink({shrinkable.value(), std::move(*failure), seed}, shrinkable);
      }
      if (scenarios_ % 256 == 0) progress_(std::to_string(scenarios_) + " scenarios");
    }
    return std::nullopt;
  }

  /// One scenario, over and over.
  std::optional<Found> repeat(const Scenario& scenario) {
    do {
      const std::uint64_t seed = request_.seed + histories_;
      ++scenarios_;
      if (std::optional<Failure> failure = fails(scenario, seed, 100)) return Found{scenario, std::move(*failure), request_.seed};
    } while (Clock::now() < ends_);
    return std::nullopt;
  }

  void count(Record& record) const {
    record.counts = {{"scenarios", scenarios_},
                     {"histories", histories_},
                     {"operations", operations_},
                     {"stuck", stuck_},
                     {"workers", trials_.started()}};
  }

 private:
  std::optional<Failure> fails(const Scenario& scenario, std::uint64_t seed, int repetitions) {
    fuzz::Trial trial = trials_.run(scenario, seed, repetitions, kTrialLimit);
    histories_ += trial.histories;
    operations_ += trial.operations;
    stuck_ += trial.stuck ? 1 : 0;
    return std::move(trial.failure);
  }

  /// Greedy descent through RapidCheck's tree of simpler scenarios.
  Found shrink(Found best, rc::Shrinkable<Scenario> shrinkable) {
    if (request_.catch_only) return best;
    const auto until = Clock::now() + std::clamp<milliseconds>(4 * request_.time, milliseconds(10'000), milliseconds(30'000));
    for (bool simpler = true; simpler && Clock::now() < until;) {
      simpler = false;
      auto candidates = shrinkable.shrinks();
      for (auto candidate = candidates.next(); candidate && Clock::now() < until; candidate = candidates.next()) {
        std::optional<Failure> failure = fails(candidate->value(), best.seed, kShrinkRepetitions);
        if (!failure) continue;
        best.scenario = candidate->value();
        best.failure = std::move(*failure);
        shrinkable = *candidate;
        simpler = true;
        progress_("shrinking: " + best.scenario.text());
        break;
      }
    }
    return best;
  }

  const Subject& subject_;
  const Request& request_;
  const Progress& progress_;
  fuzz::Trials& trials_;
  Clock::time_point ends_;
  std::uint64_t scenarios_ = 0;
  std::uint64_t histories_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t stuck_ = 0;
};

Scenario requested_scenario(const Subject& subject, const std::string& text) {
  Scenario scenario = parse_scenario(subject, text);
  if (scenario.threads.size() > 8 || scenario.call_count() > kHistoryLimit) {
    throw std::invalid_argument("scenario '" + text + "': at most 8 threads and 64 calls");
  }
  return scenario;
}

class FuzzMethod final : public Method {
 public:
  [[nodiscard]] std::string name() const override { return "fuzz"; }

  void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) override {
    constexpr std::array kStartMethods{ipc::StartMethod::fork, ipc::StartMethod::spawn, ipc::StartMethod::forkserver};
    Request share = request;
    if (subject.type.process_shared) share.time /= 1 + kStartMethods.size();
    Record record = begin_record(subject, *this, request);
    {
      fuzz::Worker worker(subject);
      check(record, subject, share, progress, worker);
    }
    // Whether that is enough.
    const auto put = [&] {
      sink(record);
      return request.catch_only && record.verdict == Verdict::kFail;
    };
    if (put() || !subject.type.process_shared) return;
    for (const ipc::StartMethod method : kStartMethods) {
      const std::string name(to_string(method));
      progress(subject.name + ": on processes started by " + name);
      record = begin_record(subject, *this, request);
      record.configuration["start method"] = name;
      fuzz::ProcessTrials trials(subject, method);
      check(record, subject, share, progress, trials);
      record.how += " on processes started by " + name;
      if (put()) return;
    }
  }

 private:
  static void check(Record& record, const Subject& subject, const Request& request, const Progress& progress, fuzz::Trials& trials) {
    Fuzz fuzz(subject, request, progress, trials);
    std::optional<Found> found = request.scenario.empty() ? fuzz.search() : fuzz.repeat(requested_scenario(subject, request.scenario));
    fuzz.count(record);
    record.how = std::to_string(record.counts["scenarios"]) +
                 (request.scenario.empty() ? " random scenarios, " : " rounds of one scenario, ") +
                 std::to_string(record.counts["histories"]) + " histories";
    record.limits.push_back("real schedules only: what this machine's scheduler and memory do not show was not seen");
    if (!found) return;
    record.verdict = Verdict::kFail;
    found->failure.scenario = found->scenario.text();
    found->failure.witness = found->scenario.text() + " @" + std::to_string(found->seed);
    found->failure.replay =
        "proberen fuzz " + subject.name + " --scenario '" + found->scenario.text() + "' --seed " + std::to_string(found->seed);
    record.failure = std::move(found->failure);
  }
};

}  // namespace

std::unique_ptr<Method> make_fuzz_method() { return std::make_unique<FuzzMethod>(); }

}  // namespace proberen
