/// ThreadLocal beside other ways to have a value in each thread. For SubjectBuilder::with.
#pragma once

#include <chrono>
#include <memory>
#include <type_traits>

#include "proberen/benchmark.hpp"
#include "proberen/local_attributes.hpp"
#include "proberen/thread_local.hpp"
#include "subjects/benchmarks/peers/python_local.hpp"
#include "subjects/benchmarks/peers/thread_locals.hpp"

namespace proberen::benchmarks {
namespace local_bench {

/// Reading one attribute; measured as its peer in another process can be.
class AttributeSampler final : public BenchmarkSampler {
 public:
  AttributeSampler() { attributes_["x"] = 1L; }

  double sample(std::chrono::nanoseconds time) override {
    constexpr int kBatch = 1000;
    const auto begin = std::chrono::steady_clock::now();
    std::chrono::nanoseconds passed{};
    double reads = 0;
    do {
      for (int i = 0; i < kBatch; ++i) {
        const long* value = &attributes_.get<long>("x");
        asm volatile("" : "+r"(value) : : "memory");
      }
      reads += kBatch;
      passed = std::chrono::steady_clock::now() - begin;
    } while (passed < time);
    return static_cast<double>(passed.count()) / reads;
  }

 private:
  LocalAttributes attributes_;
};

/// The value is found anew each time, and only read: a store would be waited for by the next load.
inline constexpr auto kGet = [](auto& local) {
  const long* value = &local.get();
  asm volatile("" : "+r"(value) : : "memory");
};

}  // namespace local_bench

inline constexpr auto thread_local_benchmarks = [](auto& subject) {
  using namespace local_bench;
  const auto versus = [&]<class Local>(const char* peer, std::type_identity<Local>) {
    subject.template peer<Local>("get", peer, {1}, kGet);
  };
  versus("", std::type_identity<ThreadLocal<long>>());
  versus("thread_local", std::type_identity<peers::Variable>());
  versus("pthread_getspecific", std::type_identity<peers::PthreadKey>());
  versus("shared_mutex and map", std::type_identity<peers::LockedMap>());
  const auto sampled = [&]<class Sampler>(const char* peer, std::type_identity<Sampler>) {
    subject.measure({.name = "attribute", .peer = peer, .make_sampler = [] { return std::make_unique<Sampler>(); }, .unit = "ns/op"});
  };
  sampled("", std::type_identity<AttributeSampler>());
  if (peers::has_python()) sampled("CPython's threading.local", std::type_identity<peers::PythonLocalSampler>());

  subject.goal({.text = "get() after the first touch at most 1.0 of pthread_getspecific's time",
                .benchmark = "get",
                .peers = {"pthread_getspecific"},
                .limit = 1.0});
};

}  // namespace proberen::benchmarks
