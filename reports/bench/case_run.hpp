/// CaseRun: one case on Google Benchmark's threads, repetition after repetition.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include "reports/bench/plan.hpp"

namespace benchmark {
class State;
}

namespace proberen::bench {

/// What one repetition found.
struct Figure {
  double value = 0;             ///< in the unit of the case's series
  std::optional<double> share;  ///< of the slowest thread, where threads run free of each other
  std::uint64_t iterations = 0;
};

class CaseRun {
 public:
  /// A repetition takes about `time`. Threads are pinned to a core each where there are enough of `cores`.
  CaseRun(const Case& measured, std::chrono::nanoseconds time, std::vector<int> cores);
  ~CaseRun();

  /// How Google Benchmark is to find the number of iterations: by itself when warming up, where threads wait for each other or are alone.
  [[nodiscard]] bool counts_iterations() const;
  /// Found by the warm-up; 1 where the clock ends a repetition.
  [[nodiscard]] std::int64_t iterations() const { return iterations_; }

  /// The body of Google Benchmark's function: called by each of its threads.
  void warm_up(benchmark::State& state) { run(state, time_ / 4); }
  void repeat(benchmark::State& state) { run(state, time_); }

  /// Of the last repetition or warm-up. Rethrows what the benchmark threw.
  [[nodiscard]] Figure figure() const;
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// Sets the number of iterations so that a repetition takes its time, going by the warm-up.
  void settle();

  [[nodiscard]] const Case& measured() const { return case_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// What one thread did, on cache lines of its own.
  struct alignas(128) Lane {
    Clock::time_point begin{};
    Clock::time_point end{};
    std::uint64_t iterations = 0;
  };

  void run(benchmark::State& state, std::chrono::nanoseconds time);
  void prepare();
  void run_thread(int thread, std::int64_t iterations, std::chrono::nanoseconds time);
  void run_free(int thread, std::chrono::nanoseconds time);
  void run_counted(int thread, std::uint64_t iterations);
  void wait_for_all();
  void note_exception();
  [[nodiscard]] std::chrono::nanoseconds elapsed() const;

  Case case_;
  std::chrono::nanoseconds time_;
  std::vector<int> cores_;
  std::int64_t iterations_ = 1;

  std::unique_ptr<BenchmarkBody> body_;
  std::unique_ptr<BenchmarkSampler> sampler_;
  double sampled_ = 0;
  std::vector<Lane> lanes_;
  std::atomic<int> arrived_{0};
  std::atomic<bool> noted_{false};
  std::atomic<bool> failed_{false};
  std::exception_ptr exception_;
};

}  // namespace proberen::bench
