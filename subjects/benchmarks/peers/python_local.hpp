/// threading.local of CPython, where python3 is installed.
#pragma once

#include <chrono>
#include <string>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/peers/python.hpp"

namespace proberen::benchmarks::peers {

/// Reading one attribute of a threading.local: nanoseconds, without the loop and the name that the attribute is read from.
class PythonLocalSampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds time) override {
    return ask_python(kProgram, std::to_string(std::chrono::duration<double>(time).count()));
  }

 private:
  static constexpr const char* kProgram =
      "import threading, timeit, sys\n"
      "local = threading.local()\n"
      "local.x = 1\n"
      "timer = timeit.Timer('local.x', globals=globals())\n"
      "empty = timeit.Timer('local', globals=globals())\n"
      "once = timer.timeit(10000) / 10000\n"
      "count = max(1000, int(float(sys.argv[1]) / once / 2))\n"
      "print(max(0.0, timer.timeit(count) - empty.timeit(count)) / count * 1e9)\n";
};

}  // namespace proberen::benchmarks::peers
