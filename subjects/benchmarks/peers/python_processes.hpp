/// Starting and joining a process with CPython's multiprocessing.
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/peers/python.hpp"

namespace proberen::benchmarks::peers {

/// The median time from start() to the end of join(), in microseconds.
class PythonStartSampler final : public BenchmarkSampler {
 public:
  explicit PythonStartSampler(std::string method) : method_(std::move(method)) {}

  double sample(std::chrono::nanoseconds time) override {
    // With -c there is no main module for a child to load, which is in CPython's favour; time.sleep is a target that every
    // child can find. The first start is not counted: a fork server begins with it.
    const std::string program =
        "import multiprocessing, statistics, time\n"
        "context = multiprocessing.get_context('" +
        method_ +
        "')\n"
        "def start():\n"
        "    begin = time.perf_counter()\n"
        "    process = context.Process(target=time.sleep, args=(0,))\n"
        "    process.start()\n"
        "    process.join()\n"
        "    assert process.exitcode == 0\n"
        "    return time.perf_counter() - begin\n"
        "start()\n"
        "end = time.perf_counter() + " +
        std::to_string(std::chrono::duration<double>(time).count()) +
        "\n"
        "times = [start() for _ in range(3)]\n"
        "while time.perf_counter() < end: times.append(start())\n"
        "print(statistics.median(times) * 1e6)\n";
    const std::string command = std::string(kPython) + " -c \"" + program + "\"";
    const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "re"), &::pclose);
    if (!output) throw std::runtime_error("cannot run Python");
    std::array<char, 64> text{};
    if (std::fgets(text.data(), static_cast<int>(text.size()), output.get()) == nullptr) {
      throw std::runtime_error("Python did not say how long its starts took");
    }
    return std::atof(text.data());
  }

 private:
  std::string method_;
};

}  // namespace proberen::benchmarks::peers
