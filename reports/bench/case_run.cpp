#include "reports/bench/case_run.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <thread>

#include <benchmark/benchmark.h>
#include <sched.h>

namespace proberen::bench {
namespace {

/// Keeps the calling thread on one core while it lives.
class Pin {
 public:
  explicit Pin(int core) {
    CPU_ZERO(&before_);
    if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<unsigned>(core), &only);
    pinned_ = ::sched_setaffinity(0, sizeof only, &only) == 0;
  }
  ~Pin() {
    if (pinned_) ::sched_setaffinity(0, sizeof before_, &before_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  cpu_set_t before_;
  bool pinned_ = false;
};

}  // namespace

CaseRun::CaseRun(const Case& measured, std::chrono::nanoseconds time, std::vector<int> cores)
    : case_(measured), time_(time), cores_(std::move(cores)), lanes_(static_cast<std::size_t>(measured.threads)) {}

CaseRun::~CaseRun() = default;

bool CaseRun::counts_iterations() const { return case_.benchmark->make && (case_.threads == 1 || case_.benchmark->pace != Pace::kFree); }

void CaseRun::run(benchmark::State& state, std::chrono::nanoseconds time) {
  const int thread = state.thread_index();
  // The first thread sets up; the barrier with which Google Benchmark's loop begins shows it to the others, as the one at its end shows
  // them done.
  if (thread == 0) prepare();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(state.max_iterations))) {
    if (failed()) continue;
    try {
      run_thread(thread, static_cast<std::int64_t>(state.max_iterations), time);
    } catch (...) {
      note_exception();
    }
  }
  if (thread == 0) body_.reset();
}

void CaseRun::prepare() {
  std::fill(lanes_.begin(), lanes_.end(), Lane{});
  arrived_.store(0, std::memory_order_relaxed);
  if (failed()) return;
  try {
    const Benchmark& benchmark = *case_.benchmark;
    if (benchmark.make) body_ = benchmark.make();
    if (benchmark.make_sampler && !sampler_) sampler_ = benchmark.make_sampler();
  } catch (...) {
    note_exception();
  }
}

void CaseRun::run_thread(int thread, std::int64_t iterations, std::chrono::nanoseconds time) {
  if (sampler_) {
    sampled_ = sampler_->sample(time);
    if (!std::isfinite(sampled_)) throw std::runtime_error("the sampler's figure is not a number");
    lanes_.front().iterations = 1;
    return;
  }
  std::optional<Pin> pin;
  if (case_.threads > 1 && lanes_.size() <= cores_.size()) pin.emplace(cores_[static_cast<std::size_t>(thread)]);
  wait_for_all();
  if (counts_iterations()) {
    run_counted(thread, static_cast<std::uint64_t>(iterations));
  } else {
    run_free(thread, time);
  }
}

/// Threads must start together, and those that Google Benchmark's barrier wakes do so tens of microseconds apart.
void CaseRun::wait_for_all() {
  arrived_.fetch_add(1, std::memory_order_acq_rel);
  for (int tries = 0; arrived_.load(std::memory_order_acquire) < case_.threads; ++tries) {
    if (tries > 1000) std::this_thread::yield();
  }
}

void CaseRun::run_counted(int thread, std::uint64_t iterations) {
  Lane& lane = lanes_[static_cast<std::size_t>(thread)];
  lane.begin = Clock::now();
  body_->run(iterations, thread, case_.threads);
  lane.end = Clock::now();
  lane.iterations = iterations;
}

/// Each thread looks at the clock itself, every now and then: no thread has more to do than another, and no shared flag disturbs them.
void CaseRun::run_free(int thread, std::chrono::nanoseconds time) {
  constexpr std::chrono::microseconds kBetweenLooks{10};
  constexpr std::uint64_t kMostBetweenLooks = 4096;
  Lane& lane = lanes_[static_cast<std::size_t>(thread)];
  const Clock::time_point begin = Clock::now();
  Clock::time_point now = begin;
  std::uint64_t done = 0;
  for (std::uint64_t batch = 1; now - begin < time;) {
    body_->run(batch, thread, case_.threads);
    done += batch;
    const Clock::time_point before = std::exchange(now, Clock::now());
    if (now - before < kBetweenLooks && batch < kMostBetweenLooks) batch *= 2;
  }
  lane = {begin, now, done};
}

void CaseRun::note_exception() {
  if (noted_.exchange(true, std::memory_order_acq_rel)) return;
  exception_ = std::current_exception();
  failed_.store(true, std::memory_order_release);
}

std::chrono::nanoseconds CaseRun::elapsed() const {
  Clock::time_point begin = lanes_.front().begin;
  Clock::time_point end = lanes_.front().end;
  for (const Lane& lane : lanes_) {
    begin = std::min(begin, lane.begin);
    end = std::max(end, lane.end);
  }
  return std::max(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin), std::chrono::nanoseconds(1));
}

Figure CaseRun::figure() const {
  if (failed()) std::rethrow_exception(exception_);
  if (sampler_) return {.value = sampled_, .share = std::nullopt, .iterations = 1};
  Figure figure;
  std::uint64_t fewest = lanes_.front().iterations;
  for (const Lane& lane : lanes_) {
    figure.iterations += lane.iterations;
    fewest = std::min(fewest, lane.iterations);
  }
  const auto nanoseconds = static_cast<double>(elapsed().count());
  const auto iterations = static_cast<double>(figure.iterations);
  if (empty_series(case_).less_is_better) {
    figure.value = nanoseconds / (iterations / case_.threads);
  } else {
    figure.value = iterations / (nanoseconds * 1e-9);
  }
  if (!counts_iterations()) figure.share = static_cast<double>(fewest) / iterations;
  return figure;
}

void CaseRun::settle() {
  if (!counts_iterations() || failed()) return;
  const double each = static_cast<double>(elapsed().count()) / static_cast<double>(std::max<std::uint64_t>(lanes_.front().iterations, 1));
  const double wanted = static_cast<double>(time_.count()) / each;
  // Google Benchmark refuses more than 10^9.
  iterations_ = static_cast<std::int64_t>(std::clamp(wanted, 1.0, 1e9));
}

}  // namespace proberen::bench
