/// The start methods beside bare system calls, and what processes share beside what glibc offers. For SubjectBuilder::with.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/start_method.hpp"
#include "subjects/benchmarks/peers/python_processes.hpp"
#include "subjects/benchmarks/process_exchange.hpp"
#include "subjects/benchmarks/process_start.hpp"

namespace proberen::benchmarks {
namespace process_bench {

inline constexpr std::size_t kGibibyte = std::size_t{1} << 30;

inline const std::string kIdleName = "first instruction by forkserver, idle children";

inline std::string start_name(ipc::StartMethod method, std::size_t resident) {
  return "first instruction by " + std::string(to_string(method)) + (resident > 0 ? ", 1 GiB parent" : "");
}

template <class Starter, class Argument>
Benchmark start_benchmark(ipc::StartMethod method, std::size_t resident, std::string peer, Argument argument) {
  Benchmark benchmark{.name = start_name(method, resident), .peer = std::move(peer), .unit = "us"};
  benchmark.make_sampler = [=] { return std::make_unique<StartSampler<Starter>>(argument, resident); };
  return benchmark;
}

/// A method of ours, and what it is to be measured by.
template <class Subject>
void declare_starts(Subject& subject, ipc::StartMethod method, std::size_t resident) {
  subject.measure(start_benchmark<OurStarter>(method, resident, "", method));
  const auto beside = [&](const char* peer, pid_t (*start)(int pipe)) {
    subject.measure(start_benchmark<peers::BareStarter>(method, resident, peer, start));
  };
  if (method == ipc::StartMethod::spawn) {
    beside("posix_spawn", &peers::bare_posix_spawn);
    beside("vfork and exec", &peers::bare_vfork_exec);
  } else {
    beside("fork", &peers::bare_fork);
  }
}

/// The fork server with children that it has forked before, beside the fork that it saves.
template <class Subject>
void declare_idle(Subject& subject) {
  ipc::ContextOptions options;
  options.idle_children = 2;
  Benchmark ours = start_benchmark<OurStarter>(ipc::StartMethod::forkserver, 0, "", options);
  Benchmark fork = start_benchmark<peers::BareStarter>(ipc::StartMethod::forkserver, 0, "fork", &peers::bare_fork);
  ours.name = fork.name = kIdleName;
  subject.measure(std::move(ours));
  subject.measure(std::move(fork));
}

inline std::string whole_name(ipc::StartMethod method) { return "start to exit code by " + std::string(to_string(method)); }

/// From asking for a process to knowing its exit code, beside bare system calls, below which nobody gets, and beside the same in CPython,
/// where that is installed.
template <class Subject>
void declare_whole(Subject& subject, ipc::StartMethod method) {
  Benchmark ours{.name = whole_name(method), .peer = "", .unit = "us"};
  ours.make_sampler = [=] { return std::make_unique<StartSampler<OurStarter, Until::kExitCode>>(method, 0); };
  subject.measure(std::move(ours));
  const bool spawns = method == ipc::StartMethod::spawn;
  Benchmark bare{.name = whole_name(method), .peer = spawns ? "posix_spawn" : "fork", .unit = "us"};
  bare.make_sampler = [=] {
    return std::make_unique<StartSampler<peers::BareStarter, Until::kExitCode>>(spawns ? &peers::bare_posix_spawn : &peers::bare_fork, 0);
  };
  subject.measure(std::move(bare));
  if (!peers::has_python()) return;
  Benchmark python{.name = whole_name(method), .peer = "CPython", .unit = "us"};
  python.make_sampler = [=] { return std::make_unique<peers::PythonStartSampler>(std::string(to_string(method))); };
  subject.measure(std::move(python));
  subject.goal({.text = std::string(to_string(method)) + " to the exit code in at most 0.1 of CPython's time",
                .benchmark = whole_name(method),
                .peers = {"CPython"},
                .limit = 0.1});
}

template <class Gate, class Subject>
void declare_exchange(Subject& subject, const std::string& what, const char* peer, ipc::StartMethod method, bool turns) {
  Benchmark benchmark{.name = what + (turns ? " hand-off by " : " hammered by ") + std::string(to_string(method)), .peer = peer};
  benchmark.unit = turns ? "us" : "op/s";
  benchmark.less_is_better = turns;
  benchmark.make_sampler = [=] { return std::make_unique<ExchangeSampler<Gate>>(method, turns); };
  subject.measure(std::move(benchmark));
}

template <class Subject>
void declare_exchanges(Subject& subject, ipc::StartMethod method) {
  declare_exchange<LockGate>(subject, "ipc::PlainLock", "", method, false);
  declare_exchange<PthreadGate>(subject, "ipc::PlainLock", "pthread_mutex_t, process-shared", method, false);
  declare_exchange<LockGate>(subject, "ipc::PlainLock", "", method, true);
  declare_exchange<SemaphoreGate>(subject, "ipc::Semaphore", "", method, false);
  declare_exchange<PosixGate>(subject, "ipc::Semaphore", "sem_t, process-shared", method, false);
  declare_exchange<SemaphoreGate>(subject, "ipc::Semaphore", "", method, true);
  declare_exchange<PosixGate>(subject, "ipc::Semaphore", "sem_t, process-shared", method, true);
}

template <class Subject>
void start_goal(Subject& subject, ipc::StartMethod method, const char* peer, double limit, const std::string& text) {
  subject.goal({.text = text, .benchmark = start_name(method, 0), .peers = {peer}, .limit = limit});
}

/// What starts afresh must not care how large the parent is.
template <class Subject>
void size_goal(Subject& subject, ipc::StartMethod method) {
  subject.goal({.text = std::string(to_string(method)) + " from a parent of 1 GiB at most 1.2 of the time from a small one",
                .benchmark = start_name(method, kGibibyte),
                .peers = {""},
                .limit = 1.2,
                .against = start_name(method, 0)});
}

}  // namespace process_bench

inline constexpr auto process_benchmarks = [](auto& subject) {
  using namespace process_bench;
  using ipc::StartMethod;
  // Both sizes of a method side by side, because goals compare them; and in an order in which the parent seldom changes its size.
  declare_starts(subject, StartMethod::fork, 0);
  declare_starts(subject, StartMethod::fork, kGibibyte);
  declare_starts(subject, StartMethod::spawn, kGibibyte);
  declare_starts(subject, StartMethod::spawn, 0);
  declare_starts(subject, StartMethod::forkserver, 0);
  declare_starts(subject, StartMethod::forkserver, kGibibyte);
  declare_idle(subject);
  for (const StartMethod method : ipc::all_start_methods()) declare_whole(subject, method);
  for (const StartMethod method : ipc::all_start_methods()) declare_exchanges(subject, method);

  start_goal(subject, StartMethod::fork, "fork", 1.10, "fork at most 1.10 of bare fork's time");
  start_goal(subject, StartMethod::spawn, "posix_spawn", 1.10, "spawn at most 1.10 of posix_spawn's time");
  start_goal(subject, StartMethod::forkserver, "fork", 2.0, "forkserver at most 2.0 of bare fork's time");
  subject.goal({.text = "forkserver with idle children at most bare fork's time", .benchmark = kIdleName, .peers = {"fork"}, .limit = 1.0});
  size_goal(subject, StartMethod::spawn);
  size_goal(subject, StartMethod::forkserver);
};

}  // namespace proberen::benchmarks
