#include "proberen/thread_runner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "proberen/linearizability.hpp"
#include "proberen/lock.hpp"
#include "proberen/random_scenario.hpp"
#include "proberen/rlock.hpp"
#include "proberen/spec/counter.hpp"
#include "proberen/spec/mutex.hpp"

namespace proberen {
namespace {

struct Mutex {
  BasicLock<NativePlatform> lock;
  void acquire() { lock.lock(); }
  bool acquire_for() { return lock.try_lock_for(std::chrono::milliseconds(30)); }
  std::string release() { return lock.release() ? "not_held" : "ok"; }
};

struct Torn {
  std::atomic<int> count{0};
  int increment() {
    const int seen = count.load();
    std::this_thread::yield();
    count.store(seen + 1);
    return seen + 1;
  }
  int read() { throw std::runtime_error("cannot read"); }
};

Subject& named(const std::string& name) {
  return *std::find_if(subjects().begin(), subjects().end(), [&](const Subject& subject) { return subject.name == name; });
}

Subject& mutex_subject() {
  [[maybe_unused]] static const auto built = SubjectBuilder<Mutex>("mutex", spec::Mutex{})
                                                 .operation("acquire", &Mutex::acquire)
                                                 .operation("acquire_for", &Mutex::acquire_for)
                                                 .operation("release", &Mutex::release);
  return named("mutex");
}

Subject& torn_subject() {
  mutex_subject();
  [[maybe_unused]] static const auto built = SubjectBuilder<Torn>("torn", spec::Counter{})
                                                 .operation("increment", &Torn::increment)
                                                 .operation("read", &Torn::read)
                                                 .invariant("never one", [](Torn& torn) { return torn.count != 1; });
  return named("torn");
}

TEST(ThreadRunner, RecordsEveryCall) {
  ThreadRunner runner(3);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const ScenarioRun run =
        runner.run(mutex_subject(), Scenario::parse("acquire : release | acquire release | acquire release"), {.seed = seed});
    ASSERT_EQ(run.history.entries.size(), 6u);
    EXPECT_FALSE(run.history.stuck);
    const Linearization result = linearize(run.history, mutex_subject().spec);
    ASSERT_TRUE(result.linearizable) << result.reason << '\n' << run.history.text();
  }
}

TEST(ThreadRunner, ThePartBeforeHasAThreadOfItsOwn) {
  struct Owned {
    BasicRLock<NativePlatform> lock;
    void acquire() { lock.acquire(); }
    std::string release() { return lock.release() ? "not_held" : "ok"; }
  };
  [[maybe_unused]] static const auto built =
      SubjectBuilder<Owned>("owned", spec::RecursiveMutex{}).operation("acquire", &Owned::acquire).operation("release", &Owned::release);
  ThreadRunner runner(2);
  const ScenarioRun run = runner.run(named("owned"), Scenario::parse("acquire : release | release"), {});
  ASSERT_EQ(run.history.entries.size(), 3u);
  EXPECT_EQ(run.history.entries[1].result, Value("not_held"));
  EXPECT_TRUE(linearize(run.history, named("owned").spec).linearizable) << run.history.text();
}

TEST(ThreadRunner, SeesThreadsThatBlockForEver) {
  for (int i = 0; i < 20; ++i) {
    ThreadRunner runner(2);
    const auto began = std::chrono::steady_clock::now();
    const ScenarioRun run =
        runner.run(mutex_subject(), Scenario::parse("acquire acquire | acquire"), {.patience = std::chrono::seconds(60)});
    EXPECT_TRUE(run.history.stuck);
    EXPECT_TRUE(runner.abandoned());
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30)) << "the kernel was not asked";
    EXPECT_TRUE(linearize(run.history, mutex_subject().spec).linearizable) << run.history.text();
  }
}

TEST(ThreadRunner, ATimedWaitIsNotStuck) {
  ThreadRunner runner(2);
  const ScenarioRun run = runner.run(mutex_subject(), Scenario::parse("acquire : acquire_for | acquire_for"), {});
  EXPECT_FALSE(run.history.stuck);
  for (const HistoryEntry& entry : run.history.entries) EXPECT_TRUE(entry.result.has_value());
}

TEST(ThreadRunner, ShowsALostUpdate) {
  ThreadRunner runner(2);
  bool lost = false;
  for (std::uint64_t seed = 1; seed <= 2000 && !lost; ++seed) {
    const ScenarioRun run = runner.run(torn_subject(), Scenario::parse("increment | increment"), {.seed = seed});
    lost = !linearize(run.history, torn_subject().spec).linearizable;
    if (lost) {
      EXPECT_EQ(run.broken_invariant, "never one");
    }
  }
  EXPECT_TRUE(lost);
}

TEST(ThreadRunner, KeepsWhatWasThrown) {
  ThreadRunner runner(2);
  EXPECT_EQ(runner.run(torn_subject(), Scenario::parse("increment | read"), {}).exception, "cannot read");
}

TEST(RandomScenario, SameDrawsSameScenario) {
  const auto make = [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return random_scenario(mutex_subject(), {}, [&](std::size_t limit) { return random() % limit; }).text();
  };
  EXPECT_EQ(make(7), make(7));
  EXPECT_NE(make(7), make(8));
}

TEST(RandomScenario, SimplerOnesHaveOneThingLess) {
  const Scenario scenario = Scenario::parse("acquire : acquire release | release");
  for (const Scenario& simpler : simpler_scenarios(mutex_subject(), scenario)) {
    EXPECT_LT(simpler.call_count(), scenario.call_count()) << simpler.text();
  }
  EXPECT_EQ(simpler_scenarios(mutex_subject(), scenario).size(), 5u);
  EXPECT_TRUE(simpler_scenarios(mutex_subject(), Scenario::parse("acquire")).empty());
}

}  // namespace
}  // namespace proberen
