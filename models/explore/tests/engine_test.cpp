// Known numbers of executions, and known failures.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "models/explore/tests/fiber_host.hpp"

namespace proberen::explore {
namespace {

constexpr Order rlx = Order::kRelaxed;
constexpr Order acq = Order::kAcquire;
constexpr Order rel = Order::kRelease;
constexpr Order sc = Order::kSeqCst;

struct Memory {
  alignas(64) int x, y, z, m;
};
Memory memory;

using Threads = std::vector<std::function<void(FiberHost&)>>;

struct Outcome {
  Counts counts;
  bool complete = false;
  std::optional<Failure> failure;
};

Outcome explore(const Threads& threads, Options options = {}) {
  FiberHost host(options);
  host.explore([&] {
    memory = Memory{};
    for (const auto& thread : threads) host.spawn([&] { thread(host); });
  });
  return {host.engine().counts(), host.engine().complete(), host.engine().failure()};
}

std::uint64_t count(const Threads& threads, MemoryModel model = MemoryModel::kRc11) {
  Options options;
  options.model = model;
  const Outcome outcome = explore(threads, options);
  EXPECT_TRUE(outcome.complete);
  EXPECT_FALSE(outcome.failure.has_value()) << outcome.failure->message;
  return outcome.counts.executions;
}

// A program's threads stand side by side.
// clang-format off

Threads store_buffering(Order order, bool fences) {
  return {[=](FiberHost& h) { h.store(&memory.x, 1, order); if (fences) h.fence(sc); h.load(&memory.y, order); },
          [=](FiberHost& h) { h.store(&memory.y, 1, order); if (fences) h.fence(sc); h.load(&memory.x, order); }};
}

TEST(Executions, StoreBuffering) {
  EXPECT_EQ(count(store_buffering(rlx, false)), 4U);
  EXPECT_EQ(count(store_buffering(sc, false)), 3U);
  EXPECT_EQ(count(store_buffering(rlx, true)), 3U);
  EXPECT_EQ(count(store_buffering(rlx, false), MemoryModel::kSc), 3U);
}

TEST(Executions, TwoWritesTwice) {
  const auto program = [](Order order) {
    return Threads{[=](FiberHost& h) { h.store(&memory.x, 1, order); h.store(&memory.y, 2, order); },
                   [=](FiberHost& h) { h.store(&memory.y, 1, order); h.store(&memory.x, 2, order); }};
  };
  EXPECT_EQ(count(program(rlx)), 4U);
  EXPECT_EQ(count(program(sc)), 3U);
}

TEST(Executions, LoadBufferingAndCoherence) {
  EXPECT_EQ(count({[](FiberHost& h) { h.load(&memory.x); h.store(&memory.y, 1); }, [](FiberHost& h) { h.load(&memory.y); h.store(&memory.x, 1); }}),
            3U);
  EXPECT_EQ(count({[](FiberHost& h) { h.store(&memory.x, 1); h.store(&memory.x, 2); }, [](FiberHost& h) { h.load(&memory.x); h.load(&memory.x); }}),
            6U);
  EXPECT_EQ(count({[](FiberHost& h) { h.load(&memory.x); h.store(&memory.x, 1); }, [](FiberHost& h) { h.store(&memory.x, 2); }}), 3U);
  EXPECT_EQ(count({[](FiberHost& h) { h.store(&memory.x, 1); h.load(&memory.x); }, [](FiberHost& h) { h.store(&memory.x, 2); }}), 3U);
}

TEST(Executions, FetchAddsAreAllOrders) {
  std::uint64_t expected = 1;
  for (unsigned n = 2; n <= 6; ++n) {
    expected *= n;
    const Threads threads(n, [](FiberHost& h) { h.add(&memory.x, 1); });
    EXPECT_EQ(count(threads), expected);
    EXPECT_EQ(count(threads, MemoryModel::kSc), expected);
  }
}

TEST(Executions, LocksAreAllOrders) {
  std::uint64_t expected = 1;
  for (unsigned n = 2; n <= 5; ++n) {
    expected *= n;
    const Threads threads(n, [](FiberHost& h) { h.lock(&memory.m); h.unlock(&memory.m); });
    const Outcome outcome = explore(threads);
    EXPECT_EQ(outcome.counts.executions, expected);
    EXPECT_FALSE(outcome.failure.has_value()) << outcome.failure->message;
  }
}

TEST(Executions, Iriw) {
  EXPECT_EQ(count({[](FiberHost& h) { h.store(&memory.x, 1, sc); }, [](FiberHost& h) { h.load(&memory.x, acq); h.load(&memory.y, acq); },
                   [](FiberHost& h) { h.load(&memory.y, acq); h.load(&memory.x, acq); }, [](FiberHost& h) { h.store(&memory.y, 1, sc); }}),
            16U);
}

TEST(Failures, AMessageThatIsNotReleasedIsARace) {
  const auto program = [](Order store, Order load) {
    return Threads{[=](FiberHost& h) {
                     h.engine().plain_write(reinterpret_cast<std::uintptr_t>(&memory.x), 4, 0);
                     memory.x = 1;
                     h.store(&memory.y, 1, store);
                   },
                   [=](FiberHost& h) {
                     if (h.load(&memory.y, load) == 1) {
                       h.engine().plain_read(reinterpret_cast<std::uintptr_t>(&memory.x), 4, 0);
                       h.check(memory.x == 1);
                     }
                   }};
  };
  EXPECT_FALSE(explore(program(rel, acq)).failure.has_value());
  const Outcome racy = explore(program(rlx, acq));
  ASSERT_TRUE(racy.failure.has_value());
  EXPECT_EQ(racy.failure->kind, FailureKind::kDataRace);
  Options options;
  options.search = Search::kReplay;
  options.witness = racy.failure->witness;
  const Outcome again = explore(program(rlx, acq), options);
  ASSERT_TRUE(again.failure.has_value()) << racy.failure->witness;
  EXPECT_EQ(again.failure->kind, FailureKind::kDataRace);
}

TEST(Failures, APlainReadRacesWithAnAtomicWriteBeforeItAndNotWithOneBesideIt) {
  const auto program = [](const int* read) {
    return Threads{[](FiberHost& h) { h.store(&memory.x, 1); },
                   [=](FiberHost& h) { h.engine().plain_read(reinterpret_cast<std::uintptr_t>(read), sizeof(*read), 0); }};
  };
  const Outcome racy = explore(program(&memory.x));
  ASSERT_TRUE(racy.failure.has_value());
  EXPECT_EQ(racy.failure->kind, FailureKind::kDataRace);
  EXPECT_FALSE(explore(program(&memory.y)).failure.has_value());  // of the same eight bytes
}

TEST(Failures, TwoLocksInTwoOrdersDeadlock) {
  const Outcome outcome = explore({[](FiberHost& h) { h.lock(&memory.m); h.lock(&memory.z); h.unlock(&memory.z); h.unlock(&memory.m); },
                                   [](FiberHost& h) { h.lock(&memory.z); h.lock(&memory.m); h.unlock(&memory.m); h.unlock(&memory.z); }});
  ASSERT_TRUE(outcome.failure.has_value());
  EXPECT_EQ(outcome.failure->kind, FailureKind::kDeadlock);
}

/// How many context switches the failure that the program must have is told with. Its witness must show it again, step by step.
int switches_of_failure(const Threads& threads, Options options = {}) {
  const std::optional<Failure> failure = explore(threads, options).failure;
  if (!failure) return -1;
  options.search = Search::kReplay;
  options.witness = failure->witness;
  const std::optional<Failure> again = explore(threads, options).failure;
  EXPECT_TRUE(again.has_value()) << failure->witness;
  if (!again) return -1;
  EXPECT_EQ(again->kind, failure->kind);
  EXPECT_EQ(again->witness, failure->witness);
  int switches = 0;
  for (std::size_t i = 1; i < failure->steps.size(); ++i) {
    if (failure->steps[i].thread != failure->steps[i - 1].thread) ++switches;
    EXPECT_EQ(again->steps[i].text, failure->steps[i].text);
  }
  return switches;
}

TEST(Witness, HasTheFewestContextSwitches) {
  // The second one reads before the first one writes, and again after it: to begin with the first one takes a switch more.
  const auto first = [](FiberHost& h) { if (h.load(&memory.x, sc) == 0) h.store(&memory.x, 1, sc); };
  EXPECT_EQ(switches_of_failure({first, [](FiberHost& h) {
                                   if (h.load(&memory.x, sc) == 0) h.check(h.load(&memory.x, sc) != 1);
                                 }}),
            3);  // main, second, first, second
  // A ring of three who wait: to take one's first lock is all that a thread does, to wait is no step.
  const auto takes = [](int* one, int* other) { return [=](FiberHost& h) { h.lock(one); h.lock(other); }; };
  EXPECT_EQ(switches_of_failure({takes(&memory.x, &memory.y), takes(&memory.y, &memory.z), takes(&memory.z, &memory.x)}), 2);
  // A store buffer: no interleaving, and no more switches than threads.
  EXPECT_EQ(switches_of_failure({[](FiberHost& h) { h.store(&memory.x, 1); h.store(&memory.m, static_cast<Value>(h.load(&memory.y)) + 1, rel); },
                                 [](FiberHost& h) { h.store(&memory.y, 1); h.check(h.load(&memory.x) != 0 || h.load(&memory.m, acq) != 1); }}),
            2);
}

TEST(Effects, BeforeOneThatIsReplayedNobodyLooksForALoop) {
  int foreseen = 0;
  bool open = true;
  const Outcome outcome = explore({[&](FiberHost& h) {
                                     if (!h.engine().may_come_back()) ++foreseen;
                                     h.load(&memory.x);
                                     h.engine().effect();
                                     h.load(&memory.y);
                                     open = open && h.engine().may_come_back();
                                     h.load(&memory.z);
                                     open = open && h.engine().may_come_back();
                                   },
                                   [](FiberHost& h) { h.store(&memory.z, 1); }});
  EXPECT_EQ(outcome.counts.executions, 2U);
  EXPECT_EQ(foreseen, 1);  // in the second one, where both loads are there from the beginning
  EXPECT_TRUE(open);
}

TEST(Search, ABudgetOfAllExecutionsIsEnough) {
  const Threads program = store_buffering(rlx, false);  // four
  Options options;
  for (options.max_executions = 3; options.max_executions <= 5; ++options.max_executions) {
    const Outcome outcome = explore(program, options);
    EXPECT_EQ(outcome.counts.executions, std::min<std::uint64_t>(options.max_executions, 4));
    EXPECT_EQ(outcome.complete, options.max_executions >= 4);
  }
}

class Sampled : public testing::TestWithParam<Search> {};

TEST_P(Sampled, EveryGraphOfASmallProgramIsMet) {
  Options options;
  options.search = GetParam();
  options.max_executions = 2000;
  const Outcome outcome = explore(store_buffering(rlx, false), options);
  EXPECT_EQ(outcome.counts.executions, 2000U);
  EXPECT_EQ(outcome.counts.distinct, 4U);
  EXPECT_EQ(outcome.counts.compared, 2000U);
  EXPECT_EQ(outcome.counts.seen_once, 0U);
  EXPECT_FALSE(outcome.complete);
}

TEST_P(Sampled, AGraphIsCountedAsSeenOnceUntilItComesAgain) {
  Options options;
  options.search = GetParam();
  options.max_executions = 1;
  EXPECT_EQ(explore(store_buffering(rlx, false), options).counts.seen_once, 1U);
  std::uint64_t distinct = 1;
  for (options.max_executions = 2; options.max_executions <= 30; ++options.max_executions) {
    const Counts counts = explore(store_buffering(rlx, false), options).counts;
    EXPECT_LE(counts.seen_once, counts.distinct);
    EXPECT_GE(counts.compared, 2 * counts.distinct - counts.seen_once);  // the others came twice at least
    EXPECT_GE(counts.distinct, distinct);
    distinct = counts.distinct;
  }
}

TEST_P(Sampled, ADeadlockIsMetAndItsWitnessReplays) {
  const Threads program = {[](FiberHost& h) { h.lock(&memory.m); h.lock(&memory.z); h.unlock(&memory.z); h.unlock(&memory.m); },
                           [](FiberHost& h) { h.lock(&memory.z); h.lock(&memory.m); h.unlock(&memory.m); h.unlock(&memory.z); }};
  Options options;
  options.search = GetParam();
  options.max_executions = 2000;
  const Outcome outcome = explore(program, options);
  ASSERT_TRUE(outcome.failure.has_value());
  EXPECT_EQ(outcome.failure->kind, FailureKind::kDeadlock);
  options.search = Search::kReplay;
  options.witness = outcome.failure->witness;
  const Outcome again = explore(program, options);
  ASSERT_TRUE(again.failure.has_value());
  EXPECT_EQ(again.failure->kind, FailureKind::kDeadlock);
}

/// Of two threads with so many steps, how often the one that has made a step makes the next one as well, while both are midway.
double share_of_going_on(int steps, std::uint64_t executions) {
  std::array<int, 2> made{};
  std::size_t last = 0;
  int going_on = 0;
  int all = 0;
  const auto thread = [&](std::size_t self) {
    return [&, self](FiberHost& h) {
      for (int i = 0; i < steps; ++i) {
        if (h.add(&memory.x, 1) == 0) made = {};  // the first step of an execution
        if (std::all_of(made.begin(), made.end(), [=](int count) { return count > steps / 2 && count < steps; })) {
          ++all;
          if (last == self) ++going_on;
        }
        last = self;
        made[self] = i + 1;
      }
    };
  };
  Options options;
  options.search = Search::kRandom;
  options.max_executions = executions;
  explore({thread(0), thread(1)}, options);
  return static_cast<double>(going_on) / all;
}

TEST(RandomWalk, WhoHasMadeAStepIsNoLikelierToMakeTheNext) { EXPECT_NEAR(share_of_going_on(20, 1000), 0.5, 0.02); }

INSTANTIATE_TEST_SUITE_P(By, Sampled, testing::Values(Search::kRandom, Search::kPct, Search::kPos, Search::kSurw));

Outcome bounded(const Threads& threads, int preemptions, MemoryModel model = MemoryModel::kSc) {
  Options options;
  options.model = model;
  options.preemptions = preemptions;
  return explore(threads, options);
}

TEST(Bounded, TheNumbersOfExecutionsWithFewPreemptions) {
  const auto buffering = [](int preemptions, MemoryModel model) { return bounded(store_buffering(rlx, false), preemptions, model).counts.executions; };
  // One thread runs, then the other one, which reads what the first has written, or with relaxed orders what was there before.
  EXPECT_EQ(buffering(0, MemoryModel::kSc), 2U);
  EXPECT_EQ(buffering(0, MemoryModel::kRc11), 3U);
  EXPECT_EQ(buffering(1, MemoryModel::kSc), 3U);
  EXPECT_EQ(buffering(1, MemoryModel::kRc11), 4U);

  const auto twice = [](FiberHost& h) { h.add(&memory.x, 1); h.add(&memory.x, 1); };
  const auto adds = [&](int threads, int preemptions) { return bounded(Threads(static_cast<std::size_t>(threads), twice), preemptions).counts.executions; };
  EXPECT_EQ(adds(2, 0), 2U);  // aabb
  EXPECT_EQ(adds(2, 1), 4U);  // abba
  EXPECT_EQ(adds(2, 2), 6U);  // abab
  EXPECT_EQ(adds(3, 0), 6U);  // 3!
  // One thread in two parts that do not follow each other, among two whole ones: 4! / 2 orders, 3! with the parts together.
  EXPECT_EQ(adds(3, 1), 6U + 3U * (12U - 6U));
  EXPECT_EQ(adds(3, 9), 90U);  // 6! / 2^3
}

TEST(Bounded, ItSaysWhetherTheBoundLeftSomethingOut) {
  const auto once = [](FiberHost& h) { h.add(&memory.x, 1); };
  const Outcome some = bounded({once, once}, 0);
  EXPECT_EQ(some.counts.executions, 2U);
  EXPECT_FALSE(some.complete);
  const Outcome all = bounded({once, once}, 100);
  EXPECT_EQ(all.counts.executions, 2U);
  EXPECT_TRUE(all.complete);
}

TEST(Bounded, ASwitchFromAThreadThatWaitsOrYieldsIsNoPreemption) {
  const auto once = [](FiberHost& h) { h.add(&memory.x, 1); };
  EXPECT_EQ(bounded({once, [](FiberHost& h) { h.add(&memory.x, 1); h.add(&memory.x, 1); }}, 0).counts.executions, 2U);
  EXPECT_EQ(bounded({once, [](FiberHost& h) { h.add(&memory.x, 1); h.engine().yield(); h.add(&memory.x, 1); }}, 0).counts.executions, 3U);
  // The first one waits for the second, if that is not there before: one order of the two.
  const auto taken = [](Value value) { return value > 0 ? std::optional<Value>(value - 1) : std::nullopt; };
  const auto waits = [=](FiberHost& h) {
    h.engine().await_update({reinterpret_cast<std::uintptr_t>(&memory.y), 4, acq, 0}, taken, "unit");
  };
  EXPECT_EQ(bounded({waits, [](FiberHost& h) { h.add(&memory.y, 1, rel); }}, 0).counts.executions, 1U);
}

TEST(Bounded, ABugIsFoundWithAsManyPreemptionsAsItNeeds) {
  const auto increment = [](FiberHost& h) { const Value seen = h.load(&memory.x, sc); h.store(&memory.x, seen + 1, sc); h.add(&memory.y, 1, sc); };
  const auto last = [](FiberHost& h) { h.check(h.load(&memory.y, sc) != 2 || h.load(&memory.x, sc) == 2); };
  const Threads lost_update{increment, increment, last};
  const Threads twice_between{[](FiberHost& h) { h.store(&memory.x, 1); h.store(&memory.x, 2); },
                              [](FiberHost& h) { h.check(h.load(&memory.x) != 1 || h.load(&memory.x) != 2); }};
  for (const MemoryModel model : {MemoryModel::kSc, MemoryModel::kRc11}) {
    EXPECT_FALSE(bounded(lost_update, 0, model).failure.has_value());
    EXPECT_TRUE(bounded(lost_update, 1, model).failure.has_value());
    EXPECT_FALSE(bounded(twice_between, 1, model).failure.has_value());
    EXPECT_TRUE(bounded(twice_between, 2, model).failure.has_value());
  }
}

/// The counts of a search that is divided at every `period`-th border between executions where it can be, in each of its parts too.
Counts divided(const Threads& threads, int period) {
  FiberHost host({});
  int borders = 0;
  int copies[2] = {-1, -1};
  if (pipe(copies) != 0) return {};
  bool copy = false;
  std::uint64_t others[2] = {0, 0};
  const auto between = [&] {
    if (++borders % period != 0 || !host.engine().divisible()) return;
    const pid_t child = fork();
    host.engine().keep_half(child == 0 ? Half::kSecond : Half::kFirst);
    if (child == 0) {
      copy = true;
      others[0] = others[1] = 0;
      host.engine().count_anew();
      return;
    }
    waitpid(child, nullptr, 0);
    std::uint64_t theirs[2];
    if (read(copies[0], theirs, sizeof(theirs)) != sizeof(theirs)) std::abort();
    others[0] += theirs[0];
    others[1] += theirs[1];
  };
  host.explore([&] {
    memory = Memory{};
    for (const auto& thread : threads) host.spawn([&] { thread(host); });
  }, between);
  Counts counts = host.engine().counts();
  counts.executions += others[0];
  counts.blocked += others[1];
  if (copy) {
    const std::uint64_t mine[2] = {counts.executions, counts.blocked};
    _exit(write(copies[1], mine, sizeof(mine)) == sizeof(mine) ? 0 : 1);
  }
  close(copies[0]);
  close(copies[1]);
  return counts;
}

TEST(Divided, TheHalvesVisitTogetherWhatOneWould) {
  const auto locked = [](FiberHost& h) { h.lock(&memory.m); h.add(&memory.x, 1); h.unlock(&memory.m); };
  const auto mixed = [](FiberHost& h) { h.store(&memory.x, 1); h.load(&memory.y); h.add(&memory.y, 1); h.cas(&memory.x, 1, 2); };
  for (const Threads& threads : {Threads(4, locked), Threads(2, mixed), Threads(3, mixed)}) {
    const Counts whole = explore(threads).counts;
    for (const int period : {1, 7, 50}) {
      if (whole.executions > 1000 && period == 1) continue;
      const Counts parts = divided(threads, period);
      EXPECT_EQ(parts.executions, whole.executions);
      EXPECT_EQ(parts.blocked, whole.blocked);
    }
  }
}

TEST(Budget, AnExecutionThatDoesNotEndIsLeftWhenTimeIsUp) {
  Options options;
  options.time = std::chrono::milliseconds(50);
  options.max_events = 1'000'000'000;
  const Outcome outcome = explore({[](FiberHost& h) { while (true) h.add(&memory.x, 1); }}, options);
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(outcome.counts.executions, 0U);
}

}  // namespace
}  // namespace proberen::explore
