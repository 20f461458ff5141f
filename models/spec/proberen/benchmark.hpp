/// Benchmark: what a subject measures of itself and of its peers, and what it promises.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace proberen {

/// The shared state of one run of a benchmark; `run` is called by every thread at once, each with its number.
class BenchmarkBody {
 public:
  virtual ~BenchmarkBody() = default;
  virtual void run(std::uint64_t iterations, int thread, int threads) = 0;
};

/// A benchmark that takes its figures itself, where an iteration of threads is not what is measured: processes, for one.
class BenchmarkSampler {
 public:
  virtual ~BenchmarkSampler() = default;
  /// One repetition, which takes about `time`: its figure, in the benchmark's unit. Called many times on one object, by one thread.
  virtual double sample(std::chrono::nanoseconds time) = 0;
};

/// How the threads of a benchmark depend on each other, and so what is told of it. `ns/op` is wall time; `op/s` counts the iterations of
/// all threads together in a second of wall time, from the first thread's start to the last one's end.
enum class Pace {
  /// Not at all: each repeats the body until the time is over. One thread: `ns/op`. More: `op/s`, and `share`, the part of all iterations
  /// that fell
  /// to the slowest thread (two threads: 0.5 is perfectly fair).
  kFree,
  /// They wait for each other, so each does the same number of iterations. `op/s`.
  kLockstep,
  /// The same, told as the time of one round, in which each thread does one iteration: `ns/op`.
  kHandOff,
};

struct Benchmark {
  std::string name{};          ///< what is measured, the same for the subject and its peers
  std::string peer{};          ///< what is measured beside the subject; "" for the subject itself
  std::vector<int> threads{};  ///< thread counts to run with; 0 stands for all cores
  std::function<std::unique_ptr<BenchmarkBody>()> make{};
  Pace pace = Pace::kFree;

  /// Instead of `make`, `threads` and `pace`: a sampler for all repetitions, and what its figures are.
  std::function<std::unique_ptr<BenchmarkSampler>()> make_sampler{};
  std::string unit{};  ///< of a sampler's figures: `us`, `op/s` …
  bool less_is_better = true;
};

/// What a subject promises of its speed: a ratio of medians within one run, or, without peers, a median.
struct BenchmarkGoal {
  std::string text{};                ///< `uncontended at most 0.80 of std::mutex's time`
  std::string benchmark{};           ///< of the subject itself
  int threads = 1;                   ///< as declared: 0 stands for all cores
  std::vector<std::string> peers{};  ///< the measure is the best of these; "" is the subject itself
  bool at_most = true;               ///< else at least
  double limit = 0;
  std::string unit{};     ///< which of the benchmark's series; "" is the one that is not `share`
  std::string against{};  ///< where the peers are, if they belong to another benchmark
};

namespace detail {

template <class T, class Function>
class TypedBenchmark final : public BenchmarkBody {
 public:
  explicit TypedBenchmark(Function function) : function_(std::move(function)) {}
  void run(std::uint64_t iterations, int thread, int threads) override {
    for (std::uint64_t i = 0; i < iterations; ++i) {
      if constexpr (std::is_invocable_v<Function&, T&, int, int>) {
        function_(object_, thread, threads);
      } else {
        function_(object_);
      }
    }
  }

 private:
  Function function_;
  T object_;
};

}  // namespace detail
}  // namespace proberen
