/// Pipes between two processes, by sockets and by shared memory, beside bare system calls and CPython's. For SubjectBuilder::with.
#pragma once

#include <memory>
#include <string>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/pipe_exchange.hpp"

namespace proberen::benchmarks {
namespace pipe_bench {

template <class Sampler>
Benchmark benchmark(const std::string& what, const std::string& peer, bool turns) {
  Benchmark benchmark{.name = what + (turns ? ", round trip" : ", one way"), .peer = peer};
  benchmark.unit = turns ? "us" : "op/s";
  benchmark.less_is_better = turns;
  benchmark.make_sampler = [turns] { return std::make_unique<Sampler>(turns); };
  return benchmark;
}

}  // namespace pipe_bench

inline constexpr auto pipe_benchmarks = [](auto& subject) {
  using namespace pipe_bench;
  using Ours = PipeSampler<ConnectionLink<ipc::PipeTransport::socket>>;
  using OursShared = PipeSampler<ConnectionLink<ipc::PipeTransport::shared_memory>>;
  for (const bool turns : {false, true}) {
    subject.measure(benchmark<Ours>("64 B by sockets", "", turns));
    subject.measure(benchmark<OursShared>("64 B by shared memory", "", turns));
    for (const char* what : {"64 B by sockets", "64 B by shared memory"}) {
      subject.measure(benchmark<PipeSampler<BareSocketLink>>(what, "SOCK_SEQPACKET", turns));
      subject.measure(benchmark<PipeSampler<BarePipeLink>>(what, "pipe", turns));
      if (peers::has_python()) subject.measure(benchmark<PythonPipeSampler>(what, "CPython multiprocessing.Pipe", turns));
    }
  }
  subject.goal({.text = "64 B by sockets, one way: at least 0.9 of a bare SOCK_SEQPACKET",
                .benchmark = "64 B by sockets, one way",
                .peers = {"SOCK_SEQPACKET"},
                .at_most = false,
                .limit = 0.9});
  subject.goal({.text = "64 B by sockets, round trip: at most a bare pipe's time",
                .benchmark = "64 B by sockets, round trip",
                .peers = {"pipe"},
                .limit = 1.0});
  subject.goal({.text = "64 B by shared memory, round trip: at most 0.1 of a bare pipe's time",
                .benchmark = "64 B by shared memory, round trip",
                .peers = {"pipe"},
                .limit = 0.1});
};

}  // namespace proberen::benchmarks
