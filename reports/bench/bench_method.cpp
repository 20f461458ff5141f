#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "proberen/bench.hpp"
#include "reports/bench/plan.hpp"
#include "reports/bench/rounds.hpp"

namespace proberen {
namespace {

/// A thread that sleeps: with it the process is one that has threads, as processes with locks are.
class IdleThread {
 public:
  IdleThread()
      : thread_([](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any asked;
          std::unique_lock lock(mutex);
          asked.wait(lock, stop, [] { return false; });
        }) {}

 private:
  std::jthread thread_;
};

struct Effort {
  int rounds;
  std::chrono::milliseconds time;  ///< of one repetition
};

Effort effort_of(const Request& request) {
  using std::chrono::milliseconds;
  const int rounds = request.quick ? 5 : 10;
  const milliseconds most{request.quick ? 40 : 50};
  return {rounds, std::clamp(milliseconds(request.time / rounds), milliseconds(1), most)};
}

class BenchMethod final : public Method {
 public:
  [[nodiscard]] std::string name() const override { return "bench"; }
  [[nodiscard]] bool checks_operations() const override { return false; }

  void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) override {
    if (!request.witness.empty()) throw std::invalid_argument("bench makes no witnesses, so it has none to replay");
    const int cores = static_cast<int>(bench::allowed_cores().size());
    const bench::Plan plan = bench::make_plan(subject.benchmarks, cores);
    Record record = begin_record(subject, *this, request);
    if (plan.cases.empty()) {
      record.verdict = Verdict::kSkipped;
      record.reason =
          plan.skipped > 0 ? "all its benchmarks need two cores, and this process has one" : "the subject declares no benchmarks";
      sink(std::move(record));
      return;
    }
    fill(record, subject, request, plan, cores, progress);
    sink(std::move(record));
  }

 private:
  static void fill(Record& record, const Subject& subject, const Request& request, const bench::Plan& plan, int cores,
                   const Progress& progress) {
    const IdleThread idle;
    const Effort effort = effort_of(request);
    bench::Measurements found = bench::measure(plan, bench::make_rounds(plan, effort.rounds, request.seed), effort.time, progress);
    record.series = std::move(found.series);
    record.configuration["rounds"] = std::to_string(effort.rounds);
    record.configuration["repetition_ms"] = std::to_string(effort.time.count());
    record.configuration["order"] = "interleaved: each round measures every series once, peers side by side, shuffled by the seed";
    record.configuration["cores"] = std::to_string(cores);
    record.counts["rounds"] = static_cast<std::uint64_t>(effort.rounds);
    record.counts["series"] = record.series.size();
    record.counts["operations"] = found.iterations;
    record.how = std::to_string(effort.rounds) + " interleaved rounds of " + std::to_string(plan.cases.size()) + " benchmarks, " +
                 std::to_string(effort.time.count()) + " ms each";
    record.limits.push_back("absolute figures hold for this machine and hour; compare within this record");
    if (plan.skipped > 0) record.limits.push_back("one core: benchmarks with several threads were not run");
    if (!found.exception.empty()) {
      record.verdict = Verdict::kFail;
      record.failure = Failure{};
      record.failure->kind = "uncaught-exception";
      record.failure->message = found.exception;
      return;
    }
    record.complete = plan.skipped == 0;
    record.goals = bench::judge(subject.goals, record.series, cores);
  }
};

}  // namespace

std::unique_ptr<Method> make_bench_method() { return std::make_unique<BenchMethod>(); }

}  // namespace proberen
