/// Starting and joining a process with CPython's multiprocessing.
#pragma once

#include <chrono>
#include <string>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/peers/python.hpp"

namespace proberen::benchmarks::peers {

/// The median time from start() to the end of join(), in microseconds.
class PythonStartSampler final : public BenchmarkSampler {
 public:
  explicit PythonStartSampler(std::string method) : method_(std::move(method)) {}

  double sample(std::chrono::nanoseconds time) override {
    return ask_python(kProgram, method_ + ' ' + std::to_string(std::chrono::duration<double>(time).count()));
  }

 private:
  // With -c there is no main module for a child to load, which is in CPython's favour; time.sleep is a target that every
  // child can find. The first start is not counted: a fork server begins with it.
  static constexpr const char* kProgram =
      "import multiprocessing, statistics, sys, time\n"
      "context = multiprocessing.get_context(sys.argv[1])\n"
      "def start():\n"
      "    begin = time.perf_counter()\n"
      "    process = context.Process(target=time.sleep, args=(0,))\n"
      "    process.start()\n"
      "    process.join()\n"
      "    assert process.exitcode == 0\n"
      "    return time.perf_counter() - begin\n"
      "start()\n"
      "end = time.perf_counter() + float(sys.argv[2])\n"
      "times = [start() for _ in range(3)]\n"
      "while time.perf_counter() < end: times.append(start())\n"
      "print(statistics.median(times) * 1e6)\n";
  std::string method_;
};

}  // namespace proberen::benchmarks::peers
