#include "proberen/process_runner.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "proberen/ipc/initialize.hpp"
#include "proberen/lock.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/run_failure.hpp"
#include "proberen/spec/mutex.hpp"

namespace proberen {
namespace {

template <class P>
struct Mutex {
  BasicLock<P> lock;
  void acquire() { lock.lock(); }
  std::string release() { return lock.release() ? "not_held" : "ok"; }
  void die() { ::kill(::getpid(), SIGKILL); }
  void fail() { throw std::runtime_error("cannot"); }
};

using Shared = Mutex<SharedPlatform>;
using Private = Mutex<NativePlatform>;  ///< the known-bad twin: its wakes do not leave their process

template <class T>
SubjectBuilder<T> declare(const char* name) {
  return SubjectBuilder<T>(name, spec::Mutex{})
      .operation("acquire", &T::acquire)
      .operation("release", &T::release)
      .operation("die", &T::die)
      .operation("fail", &T::fail);
}

// Before main(), so that children that are other programs' images find them too.
[[maybe_unused]] const auto shared_mutex = declare<Shared>("shared").process_shared();
[[maybe_unused]] const auto private_mutex = declare<Private>("private").process_shared();
[[maybe_unused]] const auto unshared_mutex = declare<Shared>("unshared");

const Subject& named(const std::string& name) {
  return *std::find_if(subjects().begin(), subjects().end(), [&](const Subject& subject) { return subject.name == name; });
}

class EveryStartMethod : public testing::TestWithParam<ipc::StartMethod> {};

INSTANTIATE_TEST_SUITE_P(Process, EveryStartMethod,
                         testing::Values(ipc::StartMethod::fork, ipc::StartMethod::spawn, ipc::StartMethod::forkserver),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

TEST_P(EveryStartMethod, RecordsEveryCallWithTheSameChildren) {
  ProcessRunner runner(named("shared"), GetParam());
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const ScenarioRun run = runner.run(Scenario::parse("acquire : release | acquire release | acquire release"), {.seed = seed});
    ASSERT_EQ(run.history.entries.size(), 6u);
    const auto failure = failure_of(named("shared"), run);
    ASSERT_FALSE(failure.has_value()) << failure->message << '\n' << run.history.text();
  }
  EXPECT_EQ(runner.started(), 4u);
}

TEST_P(EveryStartMethod, SeesProcessesThatBlockForEverAndGoesOn) {
  ProcessRunner runner(named("shared"), GetParam());
  const ScenarioRun stuck = runner.run(Scenario::parse("acquire acquire | acquire"), {});
  EXPECT_TRUE(stuck.history.stuck);
  EXPECT_FALSE(failure_of(named("shared"), stuck).has_value()) << "the spec lets them block";
  const ScenarioRun next = runner.run(Scenario::parse("acquire release | acquire release"), {});
  EXPECT_FALSE(next.history.stuck);
  EXPECT_EQ(next.history.entries.size(), 4u);
}

TEST_P(EveryStartMethod, CatchesWakesThatDoNotLeaveTheirProcess) {
  ProcessRunner runner(named("private"), GetParam());
  const Scenario scenario = Scenario::parse("acquire : acquire | release");
  bool caught = false;
  for (std::uint64_t seed = 1; seed <= 500 && !caught; ++seed) {
    const ScenarioRun run = runner.run(scenario, {.seed = seed, .patience = std::chrono::milliseconds(500)});
    caught = failure_of(named("private"), run).has_value();
  }
  EXPECT_TRUE(caught);
}

TEST_P(EveryStartMethod, TellsHowAProcessDied) {
  ProcessRunner runner(named("shared"), GetParam());
  const auto failure = failure_of(named("shared"), runner.run(Scenario::parse("acquire release | die"), {}));
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->kind, "crash");
  EXPECT_EQ(failure->message, "process 1 was killed by signal Killed");
}

TEST_P(EveryStartMethod, KeepsWhatWasThrown) {
  ProcessRunner runner(named("shared"), GetParam());
  EXPECT_EQ(runner.run(Scenario::parse("acquire release | fail"), {}).exception, "cannot");
}

TEST_P(EveryStartMethod, KillsOneAtAnInstructionOfACallAndGoesOnWithTheOthers) {
  ProcessRunner runner(named("shared"), GetParam());
  int in_call = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const ScenarioRun run = runner.run(Scenario::parse("acquire release acquire release | release"), {.kill = Kill{0, 2, i}});
    EXPECT_EQ(run.death, "");
    EXPECT_TRUE(run.history.crashed(0));
    EXPECT_FALSE(run.history.crashed(1));
    in_call += run.killed_in_call ? 1 : 0;
    const auto failure = failure_of(named("shared"), run);
    ASSERT_FALSE(failure.has_value()) << failure->message << '\n' << run.history.text();
  }
  EXPECT_EQ(runner.started(), 3u + 39u) << "only the dead is replaced";
  EXPECT_GE(in_call, 20);
}

TEST_P(EveryStartMethod, LetsTheOthersWaitForTheDeath) {
  ProcessRunner runner(named("shared"), GetParam());
  for (std::uint32_t i = 0; i < 10; ++i) {
    Kill kill{0, 0, i};
    kill.waits[1] = 1;
    const ScenarioRun run = runner.run(Scenario::parse("acquire | release release"), {.kill = kill});
    std::uint64_t seen = 0;
    for (const HistoryEntry& entry : run.history.entries) {
      if (entry.call.operation == kCrash) seen = entry.responded;
    }
    ASSERT_FALSE(run.history.stuck);
    EXPECT_GT(run.history.entries.back().invoked, seen) << run.history.text();
    EXPECT_EQ(run.history.entries.back().thread, 1);
  }
}

TEST(ProcessRunner, RefusesSubjectsThatAreNotShared) {
  EXPECT_THROW(ProcessRunner(named("unshared"), ipc::StartMethod::fork), std::invalid_argument);
}

}  // namespace
}  // namespace proberen

int main(int argc, char** argv) {
  proberen::ipc::initialize(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
