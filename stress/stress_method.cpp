#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>

#include "proberen/random_scenario.hpp"
#include "proberen/run_failure.hpp"
#include "proberen/stress.hpp"
#include "proberen/thread_runner.hpp"
#include "stress/crash_stress.hpp"
#include "stress/job.hpp"
#include "stress/process_stress.hpp"
#include "stress/sanitizer.hpp"
#include "stress/workload.hpp"

namespace proberen {
namespace {

using std::chrono::milliseconds;
using stress::Clock;
using stress::JobOutcome;
using stress::Tell;

constexpr std::chrono::seconds kGrace{40};  ///< beyond its time, before a job counts as hanging: sanitizers make the end slow

const char* sanitizers_of(const std::string& variant) {
  if (variant == "tsan") return "ThreadSanitizer";
  if (variant == "asan") return "AddressSanitizer, UndefinedBehaviorSanitizer";
  return "none";
}

std::vector<std::string> limits_of(const std::string& variant) {
  if (variant == "tsan") {
    return {"ThreadSanitizer: sees races between accesses that met in these runs, and forgets old ones; makes nothing of fences",
            "ThreadSanitizer (GCC 12): reports on std::timed_mutex, shared_timed_mutex and sem_clockwait are false"};
  }
  if (variant == "asan") return {"AddressSanitizer: sees wrong accesses that these runs made; races are not its matter"};
  return {"no sanitizer in this build: results, invariants and blocking were looked at, memory was not"};
}

/// Random scenarios, each on a new object, each history checked, until `until`, a failure, or threads that are rightly blocked for ever.
void run_scenarios(const Subject& subject, std::uint64_t seed, Clock::time_point until, const Tell& tell) {
  constexpr ScenarioShape kShape{.threads_min = 2, .threads_max = 4, .calls_max = 4};
  constexpr int kRepetitions = 4;
  // Never destroyed, since its threads may be blocked for ever; static, so that it is no leak.
  static auto* const runner = new ThreadRunner(kShape.threads_max);
  std::mt19937_64 random(seed);
  JobOutcome outcome;
  // At least a few, however short the budget: what checked nothing must not pass.
  for (int scenarios = 0; (Clock::now() < until || scenarios < 5) && outcome.failures.empty() && !runner->abandoned(); ++scenarios) {
    const Scenario scenario =
        random_scenario(subject, kShape, [&random](std::size_t limit) { return static_cast<std::size_t>(random() % limit); });
    for (int i = 0; i < kRepetitions && outcome.failures.empty() && !runner->abandoned(); ++i) {
      const ScenarioRun run = runner->run(subject, scenario, {.seed = random()});
      ++outcome.counts["histories"];
      outcome.counts["operations"] += run.history.entries.size();
      if (std::optional<Failure> failure = failure_of(subject, run)) {
        failure->scenario = scenario.text();
        outcome.failures.push_back(std::move(*failure));
      }
    }
    for (Failure& failure : stress::new_thread_sanitizer_reports()) {
      failure.scenario = scenario.text();
      outcome.failures.push_back(std::move(failure));
    }
  }
  tell(outcome);
}

template <class Work>
JobOutcome run_in_child(Work work, Clock::time_point limit) {
  return stress::run_job(
      [&](const Tell& tell) {
        work(tell);
        return stress::leak_found() ? EXIT_FAILURE : EXIT_SUCCESS;
      },
      limit);
}

void add(JobOutcome& sum, JobOutcome part) {
  for (const auto& [name, count] : part.counts) sum.counts[name] += count;
  std::move(part.failures.begin(), part.failures.end(), std::back_inserter(sum.failures));
}

std::string count_of(const std::map<std::string, std::uint64_t>& counts, const std::string& name) {
  const auto found = counts.find(name);
  return std::to_string(found == counts.end() ? 0 : found->second);
}

class StressMethod final : public Method {
 public:
  [[nodiscard]] std::string name() const override { return "stress"; }

  void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) override {
    std::vector<NamedScenario> workloads = subject.workloads;
    if (!request.scenario.empty()) workloads = {{"", parse_scenario(subject, request.scenario)}};
    const bool with_processes = subject.type.process_shared && request.variant == "native" && !workloads.empty();
    const milliseconds time = with_processes ? request.time / 2 : request.time;
    // Whether that is enough.
    const auto put = [&](const Record& record) {
      sink(record);
      return request.catch_only && record.verdict == Verdict::kFail;
    };
    if (put(stress_threads(subject, request, workloads, time, progress))) return;
    if (!subject.type.process_shared || request.variant != "native") return;
    for (const ipc::StartMethod method : {ipc::StartMethod::fork, ipc::StartMethod::spawn, ipc::StartMethod::forkserver}) {
      progress(subject.name + ": children started by " + std::string(to_string(method)));
      if (with_processes && put(stress_by(method, subject, request, workloads.front(), request.time / 6))) return;
      if (!subject.crashes.empty() && request.scenario.empty() && put(crash_by(method, subject, request))) return;
    }
  }

 private:
  Record begin(const Subject& subject, const Request& request) {
    Record record = begin_record(subject, *this, request);
    record.configuration["sanitizer"] = sanitizers_of(request.variant);
    return record;
  }

  void finish(Record& record, JobOutcome outcome, const Request& request) {
    record.counts = std::move(outcome.counts);
    record.counts["reports"] = outcome.failures.size();
    if (outcome.failures.empty()) return;
    record.verdict = Verdict::kFail;
    Failure failure = std::move(outcome.failures.front());
    for (std::size_t i = 1; i < outcome.failures.size(); ++i) {
      failure.details.push_back("also " + outcome.failures[i].kind + ": " + outcome.failures[i].message);
    }
    failure.replay = "proberen stress " + record.subject + " --seed " + std::to_string(request.seed);
    record.failure = std::move(failure);
  }

  Record stress_threads(const Subject& subject, const Request& request, const std::vector<NamedScenario>& workloads, milliseconds time,
                        const Progress& progress) {
    Record record = begin(subject, request);
    record.limits = limits_of(request.variant);
    JobOutcome sum;
    const auto ends = Clock::now() + time;
    // Workloads take two thirds of the time, random scenarios the rest.
    for (std::size_t i = 0; i < workloads.size() && sum.failures.empty(); ++i) {
      progress(subject.name + ": " + workloads[i].scenario.text());
      const auto until = Clock::now() + time * 2 / 3 / static_cast<int>(workloads.size());
      const std::uint64_t seed = request.seed + i;
      add(sum, run_in_child([&](const Tell& tell) { stress::run_workload(subject, workloads[i], seed, until, tell); }, until + kGrace));
    }
    if (request.scenario.empty()) {
      progress(subject.name + ": random scenarios");
      std::uint64_t seed = request.seed;
      do {
        add(sum, run_in_child([&](const Tell& tell) { run_scenarios(subject, seed, ends, tell); }, std::max(ends, Clock::now()) + kGrace));
        ++seed;
      } while (sum.failures.empty() && Clock::now() < ends);
    }
    record.configuration["workloads"] = std::to_string(workloads.size());
    record.how = count_of(sum.counts, "operations") + " operations of " + std::to_string(workloads.size()) + " workloads and " +
                 count_of(sum.counts, "histories") + " histories, sanitizer: " + record.configuration["sanitizer"];
    finish(record, std::move(sum), request);
    return record;
  }

  Record stress_by(ipc::StartMethod method, const Subject& subject, const Request& request, const NamedScenario& workload,
                   milliseconds time) {
    Record record = begin(subject, request);
    record.configuration["start method"] = to_string(method);
    record.limits = {
        "memory shared by processes: ThreadSanitizer is blind to it, so this says that results add up, not that there are no races"};
    JobOutcome outcome = stress::stress_processes(subject, workload, method, request.seed, Clock::now() + time);
    record.how = count_of(outcome.counts, "operations") + " operations by " + count_of(outcome.counts, "processes") +
                 " processes started by " + std::string(to_string(method));
    finish(record, std::move(outcome), request);
    return record;
  }

  Record crash_by(ipc::StartMethod method, const Subject& subject, const Request& request) {
    Record record = begin(subject, request);
    record.configuration["start method"] = to_string(method);
    record.configuration["crashes"] = "SIGKILL at random instants";
    record.limits = {"kills come at the instants that chance picks, not at every instruction"};
    // A twin's first failure ends it, but not every kill shows it: one in sixty, say, hits a process that holds a lock.
    const std::uint64_t kills = request.catch_only ? 600 : request.quick ? 60 : 240;
    // So many, however short the time, and more where there is time for more.
    constexpr milliseconds kLongest{20'000};
    const stress::KillBudget budget{kills, Clock::now() + request.time / 6, Clock::now() + std::max(kLongest, request.time / 6)};
    const std::uint64_t seed = request.seed * 3 + static_cast<std::uint64_t>(method);  // other kills by each method
    JobOutcome outcome =
        run_in_child([&](const Tell& tell) { tell(stress::stress_crashes(subject, method, seed, budget)); }, budget.until + kGrace);
    if (outcome.counts.contains("names not watched")) {
      record.limits.push_back("no mount namespace is to be had: whether names stay behind in /dev/shm was not looked at");
    }
    record.how = count_of(outcome.counts, "kills") + " kills, " + count_of(outcome.counts, "kills inside a call") +
                 " of them inside a call, of processes started by " + std::string(to_string(method));
    if (outcome.counts["kills"] < kills && outcome.failures.empty()) {
      record.verdict = Verdict::kInconclusive;
      record.reason = "time was over after " + count_of(outcome.counts, "kills") + " of " + std::to_string(kills) + " kills";
    }
    finish(record, std::move(outcome), request);
    return record;
  }
};

}  // namespace

std::unique_ptr<Method> make_stress_method() { return std::make_unique<StressMethod>(); }

}  // namespace proberen
