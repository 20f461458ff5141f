#include "reports/bench/rounds.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include <benchmark/benchmark.h>
#include <sched.h>

#include "reports/bench/case_run.hpp"

namespace proberen::bench {
namespace {

std::string title(const Case& measured) {
  const Benchmark& benchmark = *measured.benchmark;
  return benchmark.name + (benchmark.peer.empty() ? "" : ", " + benchmark.peer) + ", threads: " + std::to_string(measured.threads);
}

/// Says nothing itself, and calls back after each repetition, in the order of registration.
class Listener final : public benchmark::BenchmarkReporter {
 public:
  explicit Listener(std::function<void()> finished) : finished_(std::move(finished)) {}
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*report*/) override { finished_(); }

 private:
  std::function<void()> finished_;
};

using Function = void (CaseRun::*)(benchmark::State&);

benchmark::internal::Benchmark* enlist(CaseRun& run, Function function) {
  return benchmark::RegisterBenchmark(title(run.measured()).c_str(), [&run, function](benchmark::State& state) { (run.*function)(state); })
      ->Threads(run.measured().threads)
      ->Repetitions(1)
      ->UseRealTime();
}

void run_enlisted(const std::function<void()>& finished) {
  Listener listener(finished);
  benchmark::RunSpecifiedBenchmarks(&listener, ".");
  benchmark::ClearRegisteredBenchmarks();
}

void warm_up(std::vector<std::unique_ptr<CaseRun>>& runs, std::chrono::nanoseconds time) {
  for (const auto& run : runs) {
    benchmark::internal::Benchmark* const enlisted = enlist(*run, &CaseRun::warm_up);
    if (run->counts_iterations()) {
      enlisted->MinTime(std::chrono::duration<double>(time).count() / 4);
    } else {
      enlisted->Iterations(1);
    }
  }
  std::size_t next = 0;
  run_enlisted([&] { runs[next++]->settle(); });
}

void append(std::vector<Series>& main, std::vector<Series>& shares, const Case& measured, std::size_t number, const Figure& figure) {
  main[number].samples.push_back(figure.value);
  if (!figure.share) return;
  Series& share = shares[number];
  if (share.samples.empty()) {
    share = empty_series(measured);
    share.unit = "share";
    share.less_is_better = false;
  }
  share.samples.push_back(*figure.share);
}

std::string describe(const Case& measured, const std::exception_ptr& exception) {
  const std::string where = "benchmark '" + title(measured) + "': ";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return where + error.what();
  } catch (...) {
    return where + "an exception that is no std::exception";
  }
}

}  // namespace

std::vector<int> allowed_cores() {
  std::vector<int> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(static_cast<unsigned>(core), &set)) cores.push_back(core);
    }
  }
  if (cores.empty()) cores.push_back(0);
  return cores;
}

Measurements measure(const Plan& plan, const std::vector<std::vector<std::size_t>>& rounds, std::chrono::nanoseconds time,
                     const std::function<void(std::string_view)>& progress) {
  const std::vector<int> cores = allowed_cores();
  std::vector<std::unique_ptr<CaseRun>> runs;
  for (const Case& measured : plan.cases) runs.push_back(std::make_unique<CaseRun>(measured, time, cores));
  progress("warming up");
  warm_up(runs, time);

  std::vector<std::size_t> order;
  for (const auto& round : rounds) order.insert(order.end(), round.begin(), round.end());
  for (const std::size_t number : order) enlist(*runs[number], &CaseRun::repeat)->Iterations(runs[number]->iterations());

  Measurements measurements;
  std::vector<Series> main;
  for (const Case& measured : plan.cases) main.push_back(empty_series(measured));
  std::vector<Series> shares(plan.cases.size());
  std::size_t done = 0;
  run_enlisted([&] {
    const std::size_t number = order[done++];
    try {
      const Figure figure = runs[number]->figure();
      measurements.iterations += figure.iterations;
      append(main, shares, plan.cases[number], number, figure);
    } catch (...) {
      if (measurements.exception.empty()) measurements.exception = describe(plan.cases[number], std::current_exception());
    }
    progress(title(plan.cases[number]) + ": " + std::to_string(done) + " of " + std::to_string(order.size()));
  });
  for (std::size_t number = 0; number < main.size(); ++number) {
    measurements.series.push_back(std::move(main[number]));
    if (!shares[number].samples.empty()) measurements.series.push_back(std::move(shares[number]));
  }
  return measurements;
}

}  // namespace proberen::bench
