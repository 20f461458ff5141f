// explore::run inside a process that has its own life.

#include "proberen/explore.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cassert>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "proberen/explore.h"

namespace proberen::explore {
namespace {

TEST(Api, VisitsEveryExecutionOfABody) {
  const Report report = run({}, [] {
    std::atomic<int> x{0}, y{0};
    int r0 = 0, r1 = 0;
    std::thread first([&] {
      x.store(1, std::memory_order_relaxed);
      r0 = y.load(std::memory_order_relaxed);
    });
    std::thread second([&] {
      y.store(1, std::memory_order_relaxed);
      r1 = x.load(std::memory_order_relaxed);
    });
    first.join();
    second.join();
    proberen_observe("r0", r0);
    proberen_observe("r1", r1);
  });
  EXPECT_TRUE(report.passed());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.counts.executions, 4U);
  std::set<std::string> outcomes;
  for (const Outcome& outcome : report.outcomes) outcomes.insert(outcome.values);
  EXPECT_EQ(outcomes, (std::set<std::string>{"r0=0 r1=0", "r0=0 r1=1", "r0=1 r1=0", "r0=1 r1=1"}));
}

/// Two threads, of which one waits for the other in a loop: half of the random executions are blocked.
void meet() {
  std::atomic<int> x{0};
  std::thread thread([&] {
    while (x.load(std::memory_order_relaxed) == 0) {
    }
  });
  x.store(1, std::memory_order_relaxed);
  thread.join();
}

/// What the process has, in pages: address space, and memory.
struct Pages {
  long space = 0;
  long resident = 0;
  static Pages held() {
    Pages pages;
    std::ifstream("/proc/self/statm") >> pages.space >> pages.resident;
    return pages;
  }
};

TEST(Api, GivesBackWhatAnExplorationTook) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(run({}, meet).complete);
  const Pages before = Pages::held();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(run({}, meet).complete);
  EXPECT_LT(Pages::held().space - before.space, 2000);
}

TEST(Api, GivesBackWhatABlockedExecutionTook) {
  const auto hope = [] {
    std::atomic<int> x{0};
    std::thread thread([&] { x.store(1, std::memory_order_relaxed); });
    proberen_assume(x.load(std::memory_order_relaxed) == 1);
    thread.join();
  };
  Options options;
  options.search = Search::kRandom;
  options.max_executions = 1000;
  (void)run(options, hope);
  const Pages before = Pages::held();
  options.max_executions = 100'000;
  const Report report = run(options, hope);
  EXPECT_GT(report.counts.blocked, 10'000U);
  EXPECT_LT(Pages::held().resident - before.resident, 1000);
}

TEST(Api, ReportsTheFailureOfABodyAndGoesOnAfterwards) {
  for (int round = 0; round < 3; ++round) {
    const Report report = run({}, [] {
      std::mutex first, second;
      std::thread thread([&] {
        std::lock_guard outer(first);
        std::lock_guard inner(second);
      });
      {
        std::lock_guard outer(second);
        std::lock_guard inner(first);
      }
      thread.join();
    });
    ASSERT_TRUE(report.failure.has_value());
    EXPECT_EQ(report.failure->kind, FailureKind::kDeadlock);
  }
  std::thread native([] {});  // real threads are as before
  native.join();
}

TEST(Api, TheSameBodyGivesTheSameCountsAgain) {
  const auto body = [] {
    std::vector<std::thread> threads;
    std::atomic<int> x{0};
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { x.fetch_add(1); });
    for (std::thread& thread : threads) thread.join();
    proberen_assert(x.load() == 3);
  };
  for (int round = 0; round < 2; ++round) {
    const Report report = run({}, body);
    EXPECT_TRUE(report.passed() && report.complete);
    EXPECT_EQ(report.counts.executions, 6U);
  }
}

TEST(Api, AWitnessShowsTheSameFailureAgain) {
  const auto body = [] {
    std::atomic<int> x{0};
    std::thread thread([&] { x.store(1); });
    const int seen = x.load();
    thread.join();
    proberen_assert(seen == 0);
  };
  const Report found = run({}, body);
  ASSERT_TRUE(found.failure.has_value());
  Options options;
  options.search = Search::kReplay;
  options.witness = found.failure->witness;
  const Report again = run(options, body);
  ASSERT_TRUE(again.failure.has_value());
  EXPECT_EQ(again.failure->kind, FailureKind::kAssertion);
  EXPECT_EQ(again.failure->steps.size(), found.failure->steps.size());
}

TEST(Api, IsANoOpOutsideOfAnExploration) {
  proberen_assume(0);
  proberen_assert(false);
  EXPECT_EQ(proberen_choose(7), 0U);
  proberen_spin_hint();
  proberen_observe("x", 1);
}

}  // namespace
}  // namespace proberen::explore
