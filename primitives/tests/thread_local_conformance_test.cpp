// Conformance of ThreadLocal: isolation, factories, and who destroys a value. The cases are those of Python's threading.local, of folly's
// ThreadLocal and of pthread_key_create, restated; the number in a test's name is the case.
#include "proberen/thread_local.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/tracked.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

class ThreadLocalObject : public ConformanceTest {
 protected:
  [[nodiscard]] auto tracked() {
    return [this] { return Tracked(tally_); };
  }
  /// Whether everything made has been destroyed, once.
  [[nodiscard]] bool all_gone() const { return tally_.alive() == 0 && tally_.wrong == 0; }

  Tally tally_;
};

TEST_F(ThreadLocalObject, V1_AValueIsItsThreadsOwn) {
  ThreadLocal<int> local;
  EXPECT_EQ(local.get(), 0);
  *local = 7;
  run_threads(8, [&](int thread) {
    EXPECT_FALSE(local.has_value());
    EXPECT_EQ(local.get_if(), nullptr);
    EXPECT_EQ(local.get(), 0);
    for (int round = 1; round <= scaled(10'000); ++round) {
      *local += thread;
      ASSERT_EQ(*local, thread * round);
    }
    EXPECT_EQ(local.get_if(), &local.get());
  });
  EXPECT_EQ(local.get(), 7);
}

TEST_F(ThreadLocalObject, V1_ObjectsDoNotMixInOneThread) {
  std::vector<std::unique_ptr<ThreadLocal<int>>> locals;
  for (int i = 0; i < 200; ++i) locals.push_back(std::make_unique<ThreadLocal<int>>());
  const auto each_is_apart = [&](int salt) {
    for (int i = 0; i < 200; i += 3) locals[static_cast<std::size_t>(i)]->get() = i * salt;
    bool apart = true;
    for (int i = 0; i < 200; ++i) {
      const int* const value = locals[static_cast<std::size_t>(i)]->get_if();
      apart &= i % 3 == 0 ? value != nullptr && *value == i * salt : value == nullptr;
    }
    return apart;
  };
  EXPECT_TRUE(each_is_apart(1));
  run_threads(4, [&](int thread) { EXPECT_TRUE(each_is_apart(thread + 2)); });
}

TEST_F(ThreadLocalObject, V2_ValuesGoWithTheirThreads) {
  ThreadLocal<Tracked> local(tracked());
  int made = 0;
  for (const int threads : {20, 50, 100}) {
    run_threads(threads, [&](int) { local.get(); });
    made += threads;
    EXPECT_EQ(tally_.made, made);
    EXPECT_TRUE(all_gone());
  }
}

TEST_F(ThreadLocalObject, V3_EachThreadSeesItsOwnValueThoughFactoriesOverlap) {
  std::atomic<int> next{0};
  std::latch all_inside(10);
  ThreadLocal<int> local([&] {
    const int mine = ++next;
    all_inside.arrive_and_wait();
    std::this_thread::yield();
    return mine;
  });
  std::vector<int> seen(10);
  run_threads(10, [&](int thread) {
    const int first = *local;
    std::this_thread::yield();
    EXPECT_EQ(*local, first);
    seen[static_cast<std::size_t>(thread)] = first;
  });
  std::sort(seen.begin(), seen.end());
  std::vector<int> expected(10);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(seen, expected);
}

TEST_F(ThreadLocalObject, V4_ANewObjectIsEmptyAtAnOldAddressAndUnderAnOldNumber) {
  std::optional<ThreadLocal<int>> local;
  std::atomic<int> round{0};
  std::atomic<int> done{0};
  const auto meets_nothing_old = [&] {
    const bool empty = !local->has_value();
    local->get() = 100 + round;
    return empty;
  };
  constexpr int kRounds = 200;
  local.emplace();
  std::jthread other([&] {
    for (int seen = 0; seen < kRounds; ++seen) {
      while (round <= seen) std::this_thread::yield();
      EXPECT_TRUE(meets_nothing_old());
      ++done;
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    local.emplace();
    EXPECT_TRUE(meets_nothing_old());
    ++round;
    while (done <= i) std::this_thread::yield();
  }
}

TEST_F(ThreadLocalObject, V5_TheFactoryRunsOnceInEachThreadInTheOrderOfFirstTouch) {
  std::atomic<int> calls{0};
  ThreadLocal<std::unique_ptr<int>> local([&] { return std::make_unique<int>(++calls); });
  EXPECT_EQ(calls, 0);
  for (int thread = 1; thread <= 5; ++thread) {
    std::jthread([&] {
      EXPECT_FALSE(local.has_value());
      EXPECT_EQ(calls, thread - 1);
      EXPECT_EQ(**local, thread);
      EXPECT_EQ(*local.get(), thread);
      EXPECT_EQ(calls, thread);
    }).join();
  }
}

TEST_F(ThreadLocalObject, V5_AFactoryThatThrowsLeavesNothing) {
  bool fails = true;
  ThreadLocal<int> other;
  ThreadLocal<Tracked> local([&] {
    *other += 1;
    return fails ? throw std::runtime_error("not today") : Tracked(tally_, 5);
  });
  EXPECT_THROW(local.get(), std::runtime_error);
  EXPECT_FALSE(local.has_value());
  EXPECT_THROW(local.get(), std::runtime_error);
  EXPECT_FALSE(local.reset());
  fails = false;
  EXPECT_EQ(local->number, 5);
  EXPECT_EQ(*other, 3);
  EXPECT_EQ(tally_.made, 1);
}

TEST_F(ThreadLocalObject, V5_AFactoryMayTouchOtherObjectsButNotItsOwn) {
  std::vector<std::unique_ptr<ThreadLocal<int>>> chain;
  chain.push_back(std::make_unique<ThreadLocal<int>>([] { return 1; }));
  for (int i = 1; i < 40; ++i) {
    ThreadLocal<int>& before = *chain.back();
    chain.push_back(std::make_unique<ThreadLocal<int>>([&before] { return *before + 1; }));
  }
  EXPECT_EQ(chain.back()->get(), 40);
  std::jthread([&] { EXPECT_EQ(chain.back()->get(), 40); }).join();

  ThreadLocal<int>* itself = nullptr;
  ThreadLocal<int> between([&] { return itself->get(); });
  ThreadLocal<int> local([&] { return *between; });
  itself = &local;
  EXPECT_THROW(local.get(), std::logic_error);
  EXPECT_FALSE(local.has_value());
  EXPECT_FALSE(between.has_value());
}

TEST_F(ThreadLocalObject, V6_TheEndOfTheObjectDestroysTheValuesOfLiveThreads) {
  auto local = std::make_unique<ThreadLocal<Tracked>>(tracked());
  std::latch touched(9);
  std::latch ended(1);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      local->get();
      touched.count_down();
      ended.wait();
    });
  }
  local->get();
  touched.arrive_and_wait();
  EXPECT_EQ(tally_.alive(), 9);
  local.reset();
  EXPECT_EQ(tally_.made, 9);
  EXPECT_TRUE(all_gone());
  ended.count_down();
  threads.clear();
  EXPECT_TRUE(all_gone());
}

/// A value whose destruction takes a while, and reads what its object's end takes away.
struct Slow {
  explicit Slow(std::unique_ptr<Tally>& home) : tally(home), value(*home) {}
  ~Slow() {
    std::this_thread::yield();
    if (tally == nullptr) std::abort();
  }
  std::unique_ptr<Tally>& tally;
  Tracked value;
};

TEST_F(ThreadLocalObject, V6_ThreadsExitWhileTheObjectEnds) {
  for (int round = 0; round < scaled(1500); ++round) {
    auto home = std::make_unique<Tally>();
    std::optional<ThreadLocal<Slow>> local(std::in_place, [&] { return Slow(home); });
    std::latch touched(4);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        local->get();
        touched.count_down();
      });
    }
    touched.arrive_and_wait();
    local.reset();
    // The end has waited: what destructors use may go now.
    EXPECT_EQ(home->alive(), 0);
    EXPECT_EQ(home->made, 3);
    EXPECT_EQ(home->wrong, 0);
    home.reset();
  }
}

TEST_F(ThreadLocalObject, V6_NewVersionsStartAtZeroAndTheTotalIsExact) {
  constexpr int kThreads = 6;
  constexpr int kVersions = 30;
  std::atomic<long> total{0};
  struct Counter {
    explicit Counter(std::atomic<long>& sum) : total(sum) {}
    ~Counter() { total += count; }
    std::atomic<long>& total;
    long count = 0;
  };
  for (int version = 0; version < kVersions; ++version) {
    std::optional<ThreadLocal<Counter>> local(std::in_place, [&] { return Counter(total); });
    std::latch finished(kThreads + 1);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        EXPECT_EQ((*local)->count, 0);
        for (int i = 0; i < 100; ++i) ++(*local)->count;
        finished.count_down();
      });
    }
    finished.arrive_and_wait();
    if (version % 2 == 0) local.reset();
  }
  EXPECT_EQ(total, long{kThreads} * kVersions * 100);
}

TEST_F(ThreadLocalObject, V6_AValueMayEndItsOwnObject) {
  struct Cycle {
    std::shared_ptr<ThreadLocal<Cycle>> object;
    std::unique_ptr<Tracked> value;
  };
  auto local = std::make_shared<ThreadLocal<Cycle>>();
  std::jthread([this, moved = std::move(local)]() mutable {
    ThreadLocal<Cycle>& object = *moved;
    object->value = std::make_unique<Tracked>(tally_);
    object->object = std::move(moved);
  }).join();
  EXPECT_EQ(tally_.made, 1);
  EXPECT_TRUE(all_gone());
}

/// At its destruction makes a value of the object of the next, as long as there is one.
struct Link {
  ThreadLocal<Link>* next = nullptr;
  std::unique_ptr<Tracked> value;
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();
};
thread_local Tally* link_tally = nullptr;
thread_local int links_left = 0;
Link::~Link() {
  if (next == nullptr || links_left == 0) return;
  --links_left;
  Link& made = next->get();
  made.next = next;
  made.value = std::make_unique<Tracked>(*link_tally);
}

TEST_F(ThreadLocalObject, V7_ValuesMadeByDestructorsAtThreadExitAreDestroyedToo) {
  ThreadLocal<Link> low;
  ThreadLocal<Link> high;
  const auto exit_with_links = [&](ThreadLocal<Link>& first, ThreadLocal<Link>& next, int links) {
    std::jthread([&] {
      link_tally = &tally_;
      links_left = links;
      first->next = &next;
    }).join();
  };
  exit_with_links(low, high, 1);  // the slot made is one that the round has yet to come to …
  EXPECT_EQ(tally_.made.exchange(0), 1);
  EXPECT_EQ(tally_.destroyed.exchange(0), 1);
  exit_with_links(high, low, 1);  // … has passed already …
  EXPECT_EQ(tally_.made.exchange(0), 1);
  EXPECT_EQ(tally_.destroyed.exchange(0), 1);
  exit_with_links(low, low, PTHREAD_DESTRUCTOR_ITERATIONS - 1);  // … is at, in each round
  EXPECT_EQ(tally_.made, PTHREAD_DESTRUCTOR_ITERATIONS - 1);
  EXPECT_TRUE(all_gone());
}

TEST_F(ThreadLocalObject, V7_WhatIsMadeWithoutEndGoesWithItsObject) {
  {
    ThreadLocal<Link> local;
    std::jthread([&] {
      link_tally = &tally_;
      links_left = 100;
      local->next = &local;
    }).join();
    EXPECT_EQ(tally_.made, PTHREAD_DESTRUCTOR_ITERATIONS);
    EXPECT_EQ(tally_.alive(), 1);
  }
  EXPECT_TRUE(all_gone());
}

TEST_F(ThreadLocalObject, V7_ValuesOutliveTheThreadsOwnVariables) {
  static ThreadLocal<Tracked>* last = nullptr;
  static std::atomic<int> seen;
  struct LateUser {
    ~LateUser() { seen = last->get().number; }
  };
  seen = 0;
  ThreadLocal<Tracked> local([this] { return Tracked(tally_, 9); });
  last = &local;
  std::jthread([] {
    thread_local const LateUser user;
    (void)&user;
  }).join();
  EXPECT_EQ(seen, 9);
  EXPECT_EQ(tally_.made, 1);
  EXPECT_TRUE(all_gone());
}

TEST_F(ThreadLocalObject, V9_ADestructorSeesItsValueWhileTheSlotIsEmpty) {
  struct Witness {
    ThreadLocal<Witness>* home = nullptr;
    std::atomic<int>* empty = nullptr;
    int number = 0;
    ~Witness() {
      if (home != nullptr && !home->has_value() && number == 4) ++*empty;
    }
  };
  std::atomic<int> empty{0};
  std::optional<ThreadLocal<Witness>> local(std::in_place);
  const auto touch = [&] {
    Witness& witness = local->get();
    witness.home = &*local;
    witness.empty = &empty;
    witness.number = 4;
  };
  std::jthread(touch).join();
  EXPECT_EQ(empty, 1) << "at thread exit";
  touch();
  EXPECT_TRUE(local->reset());
  EXPECT_EQ(empty, 2) << "at reset";
  touch();
  local.reset();
  EXPECT_EQ(empty, 3) << "at the end of the object";
}

TEST_F(ThreadLocalObject, ResetIsOfThisThreadAlone) {
  ThreadLocal<Tracked> local(tracked());
  EXPECT_FALSE(local.reset());
  local->number = 1;
  std::jthread([&] {
    local->number = 2;
    EXPECT_TRUE(local.reset());
    EXPECT_FALSE(local.reset());
    EXPECT_EQ(local->number, 0);
  }).join();
  EXPECT_EQ(local->number, 1);
  EXPECT_EQ(tally_.alive(), 1);
}

}  // namespace
}  // namespace proberen::test
