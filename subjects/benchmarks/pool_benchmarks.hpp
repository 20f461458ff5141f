/// ipc::Pool beside CPython's, with two workers, on tasks that are as small as can be. For SubjectBuilder::with. Where there is no python3,
/// nothing stands beside it, and the goals that compare are not declared.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/pool.hpp"
#include "subjects/benchmarks/peers/python_pool.hpp"

namespace proberen::benchmarks {
namespace pool_bench {

inline constexpr const char* kPython = "CPython's multiprocessing.Pool";

inline int square(int x) { return x * x; }

inline std::vector<int> numbers(int count) {
  std::vector<int> items(static_cast<std::size_t>(count));
  std::iota(items.begin(), items.end(), 0);
  return items;
}

/// Repeats `work`, which says how many tasks it ran. Tasks in a second, or microseconds for one.
class OurPool final : public BenchmarkSampler {
 public:
  using Work = std::size_t (*)(ipc::Pool& pool);
  OurPool(Work work, bool round_trips) : work_(work), round_trips_(round_trips) {}

  double sample(std::chrono::nanoseconds time) override {
    (void)work_(pool_);
    const auto begin = std::chrono::steady_clock::now();
    std::size_t done = 0;
    std::chrono::duration<double> elapsed{};
    do {
      done += work_(pool_);
      elapsed = std::chrono::steady_clock::now() - begin;
    } while (elapsed < time);
    return round_trips_ ? elapsed.count() / static_cast<double>(done) * 1e6 : static_cast<double>(done) / elapsed.count();
  }

 private:
  Work work_;
  bool round_trips_;
  ipc::Pool pool_{2};
};

class PythonsPool final : public BenchmarkSampler {
 public:
  explicit PythonsPool(std::string what) : what_(std::move(what)) {}
  double sample(std::chrono::nanoseconds time) override { return pool_.ask(what_, time); }

 private:
  std::string what_;
  peers::PythonPool pool_;
};

inline std::size_t chunk_1(ipc::Pool& pool) {
  static const std::vector<int> items = numbers(2'000);
  return pool.map<square>(items, 1).size();
}
inline std::size_t default_chunks(ipc::Pool& pool) {
  static const std::vector<int> items = numbers(100'000);
  return pool.map<square>(items).size();
}
inline std::size_t apply(ipc::Pool& pool) { return pool.apply<square>(3) == 9 ? 1 : 0; }

template <class Subject>
void versus(Subject& subject, const std::string& name, const char* python, OurPool::Work work, bool round_trips) {
  Benchmark benchmark{.name = name};
  benchmark.unit = round_trips ? "us" : "op/s";
  benchmark.less_is_better = round_trips;
  benchmark.make_sampler = [=] { return std::make_unique<OurPool>(work, round_trips); };
  subject.measure(benchmark);
  if (!peers::has_python()) return;
  benchmark.peer = kPython;
  benchmark.make_sampler = [what = std::string(python)] { return std::make_unique<PythonsPool>(what); };
  subject.measure(std::move(benchmark));
}

}  // namespace pool_bench

inline constexpr auto pool_benchmarks = [](auto& subject) {
  using namespace pool_bench;
  versus(subject, "map, chunks of 1", "chunk_1", &chunk_1, false);
  versus(subject, "map, default chunks", "default_chunks", &default_chunks, false);
  versus(subject, "apply", "apply", &apply, true);

  subject.goal({.text = "map, chunks of 1: at least 200,000 tasks in a second",
                .benchmark = "map, chunks of 1",
                .at_most = false,
                .limit = 200'000});
  subject.goal({.text = "apply: at most 25 microseconds", .benchmark = "apply", .limit = 25});
  if (!peers::has_python()) return;
  subject.goal({.text = "map, chunks of 1: at least 8 times the tasks of CPython's Pool",
                .benchmark = "map, chunks of 1",
                .peers = {kPython},
                .at_most = false,
                .limit = 8});
  subject.goal({.text = "map, default chunks: at least 2 times the tasks of CPython's Pool",
                .benchmark = "map, default chunks",
                .peers = {kPython},
                .at_most = false,
                .limit = 2});
};

}  // namespace proberen::benchmarks
