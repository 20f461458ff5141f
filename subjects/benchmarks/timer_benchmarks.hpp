/// Timer beside the kernel's own sleep and beside a thread for each timer. For SubjectBuilder::with.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "proberen/benchmark.hpp"
#include "proberen/timer.hpp"
#include "subjects/benchmarks/peers/sleepers.hpp"

namespace proberen::benchmarks {
namespace timer_bench {

/// Ours, on a service that waits for nothing else.
class TimerAlarm {
 public:
  template <class Note>
  void ring(SteadyClock::duration interval, Note note) {
    Timer timer(service_, interval, note);
    timer.start();
    timer.join();
  }

 private:
  TimerService service_;
};

/// The median lateness of an alarm, from the deadline to the first instruction of what was to be done, in microseconds.
template <class Alarm>
class LatenessSampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds time) override {
    constexpr std::chrono::milliseconds kInterval{1};
    constexpr std::size_t kFewest = 20;
    Alarm alarm;
    std::vector<double> lateness;
    const auto end = SteadyClock::now() + time;
    while (lateness.size() < kFewest || SteadyClock::now() < end) {
      SteadyClock::time_point rung;
      const auto due = SteadyClock::now() + kInterval;
      alarm.ring(kInterval, [&rung] { rung = SteadyClock::now(); });
      lateness.push_back(std::chrono::duration<double, std::micro>(rung - due).count());
    }
    const auto middle = lateness.begin() + static_cast<std::ptrdiff_t>(lateness.size() / 2);
    std::nth_element(lateness.begin(), middle, lateness.end());
    return *middle;
  }
};

/// A hundred thousand timers on one thread: all are started, half of them cancelled, and the rest fire. Timers a second, from the first
/// start to the last callback.
class ManySampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds /*time*/) override {
    constexpr std::size_t kTimers = 100'000;
    constexpr std::chrono::milliseconds kLater{50};  // enough to start and cancel them before the first one fires
    TimerService service;
    std::atomic<std::size_t> fired{0};
    std::deque<Timer> timers;
    for (std::size_t i = 0; i < kTimers; ++i) {
      const auto spread = std::chrono::nanoseconds(i * 7919 % kTimers * 100);
      timers.emplace_back(service, kLater + spread, [&fired] { fired.fetch_add(1, std::memory_order_relaxed); });
    }
    const auto begin = SteadyClock::now();
    for (Timer& timer : timers) timer.start();
    std::size_t cancelled = 0;
    for (std::size_t i = 0; i < kTimers; i += 2) cancelled += timers[i].cancel() == CancelResult::cancelled ? 1 : 0;
    for (Timer& timer : timers) timer.join();
    const std::chrono::duration<double> elapsed = SteadyClock::now() - begin;
    if (fired + cancelled != kTimers) throw std::runtime_error("timers are lost");
    return static_cast<double>(kTimers) / elapsed.count();
  }
};

/// Timers that are made, started and cancelled, while a thousand others are pending.
class Churn {
 public:
  Churn() {
    for (int i = 0; i < 1000; ++i) others_.emplace_back(service_, std::chrono::hours(1) + std::chrono::seconds(i), [] {}).start();
  }
  void start_and_cancel() {
    Timer timer(service_, std::chrono::minutes(90), [] {});
    timer.start();
    (void)timer.cancel();
  }

 private:
  TimerService service_;
  std::deque<Timer> others_;
};

/// The same with a thread for each timer, which has to be made and ended.
class ThreadChurn {
 public:
  void start_and_cancel() {
    std::mutex mutex;
    std::condition_variable changed;
    bool cancelled = false;
    std::thread thread([&] {
      std::unique_lock guard(mutex);
      (void)changed.wait_for(guard, std::chrono::minutes(90), [&] { return cancelled; });
    });
    {
      const std::lock_guard guard(mutex);
      cancelled = true;
    }
    changed.notify_one();
    thread.join();
  }
};

template <class Sampler>
Benchmark sampled(const char* name, const char* peer, const char* unit, bool less_is_better) {
  Benchmark benchmark{.name = name, .peer = peer};
  benchmark.unit = unit;
  benchmark.less_is_better = less_is_better;
  benchmark.make_sampler = [] { return std::make_unique<Sampler>(); };
  return benchmark;
}

inline constexpr auto kStartAndCancel = [](auto& churn) { churn.start_and_cancel(); };

}  // namespace timer_bench

inline constexpr auto timer_benchmarks = [](auto& subject) {
  using namespace timer_bench;
  constexpr const char* kLateness = "lateness of 1 ms";
  constexpr const char* kNanosleep = "clock_nanosleep, 1 ns slack";
  constexpr const char* kThreads = "a thread for each";
  subject.measure(sampled<LatenessSampler<TimerAlarm>>(kLateness, "", "us", true));
  subject.measure(sampled<LatenessSampler<peers::NanosleepAlarm>>(kLateness, kNanosleep, "us", true));
  subject.measure(sampled<LatenessSampler<peers::ThreadAlarm>>(kLateness, kThreads, "us", true));
  subject.template peer<Churn>("start and cancel", "", {1}, kStartAndCancel);
  subject.template peer<ThreadChurn>("start and cancel", kThreads, {1}, kStartAndCancel);
  subject.measure(sampled<ManySampler>("100,000 pending, half cancelled", "", "timers/s", false));

  subject.goal({.text = "1 ms: at most 1.2 of clock_nanosleep's lateness", .benchmark = kLateness, .peers = {kNanosleep}, .limit = 1.2});
  subject.goal({.text = "1 ms: earlier than with a thread for each timer", .benchmark = kLateness, .peers = {kThreads}, .limit = 1.0});
  subject.goal({.text = "start and cancel at most 0.1 of the time with a thread for each timer",
                .benchmark = "start and cancel",
                .peers = {kThreads},
                .limit = 0.1});
};

}  // namespace proberen::benchmarks
