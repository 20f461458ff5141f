/// threading.local of CPython, where python3 is installed.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/peers/python.hpp"

namespace proberen::benchmarks::peers {

/// Reading one attribute of a threading.local: nanoseconds, without the loop and the name that the attribute is read from.
class PythonLocalSampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds time) override {
    const double seconds = std::chrono::duration<double>(time).count();
    const std::string command = std::string(kPython) +
                                " -c 'import threading, timeit, sys\n"
                                "local = threading.local()\n"
                                "local.x = 1\n"
                                "timer = timeit.Timer(\"local.x\", globals=globals())\n"
                                "empty = timeit.Timer(\"local\", globals=globals())\n"
                                "once = timer.timeit(10000) / 10000\n"
                                "count = max(1000, int(" +
                                std::to_string(seconds) +
                                " / once / 2))\n"
                                "print(max(0.0, timer.timeit(count) - empty.timeit(count)) / count * 1e9)'";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(::popen(command.c_str(), "re"), ::pclose);
    char text[64] = "";
    if (!output || std::fgets(text, sizeof text, output.get()) == nullptr)
      throw std::runtime_error("python3 did not measure threading.local");
    return std::strtod(text, nullptr);
  }
};

}  // namespace proberen::benchmarks::peers
