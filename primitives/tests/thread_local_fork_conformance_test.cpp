// Conformance of ThreadLocal across fork. Every child ends by itself after two minutes at most, so no watchdog thread is needed.
#include <gtest/gtest.h>

#include <latch>
#include <memory>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/tracked.hpp"
#include "proberen/thread_local.hpp"

namespace proberen::test {
namespace {

/// The heap of the sanitizers of GCC 12 is not to be used in the child of a fork of many threads.
constexpr bool kHeapSurvivesFork = kSlowdown == 1;

/// How many values there are, provided that all of them are `expected`; -1 otherwise.
int count_of(ThreadLocal<int>& local, int expected) {
  int count = 0;
  bool right = true;
  local.for_each([&](const int& value) {
    ++count;
    right &= value == expected;
  });
  return right ? count : -1;
}

TEST(ThreadLocalFork, V8_TheChildHasItsOwnThreadsValueAlone) {
  ThreadLocal<int> local;
  ThreadLocal<int> untouched;
  std::latch touched(2);
  std::latch end(1);
  std::jthread other([&] {
    local.get() = 2;
    untouched.get() = 2;
    touched.count_down();
    end.wait();
  });
  touched.arrive_and_wait();
  local.get() = 1;
  Child child([&] { return local.get() == 1 && count_of(local, 1) == 1 && !untouched.has_value() && count_of(untouched, 0) == 0; });
  EXPECT_TRUE(child.wait());
  int sum = 0;
  local.for_each([&](const int& value) { sum += value; });
  EXPECT_EQ(sum, 3);
  end.count_down();
}

TEST(ThreadLocalFork, V8_TheChildDestroysItsOwnValueOnceAndNoOther) {
  Tally tally;
  auto local = std::make_unique<ThreadLocal<Tracked>>([&] { return Tracked(tally); });
  std::latch touched(2);
  std::latch end(1);
  std::jthread other([&] {
    local->get();
    touched.count_down();
    end.wait();
  });
  local->get();
  touched.arrive_and_wait();
  Child child([&] {
    local.reset();
    return tally.destroyed == 1 && tally.wrong == 0;
  });
  EXPECT_TRUE(child.wait());
  EXPECT_EQ(tally.destroyed, 0);
  end.count_down();
}

TEST(ThreadLocalFork, V8_AForkInsideForEachSeesNothingMore) {
  ThreadLocal<int> local;
  std::latch touched(2);
  std::latch end(1);
  std::jthread other([&] {
    local.get();
    touched.count_down();
    end.wait();
  });
  local.get();
  touched.arrive_and_wait();
  int visited = 0;
  bool forked = false;
  std::unique_ptr<Child> child;
  bool well = false;
  local.for_each([&](int&) {
    ++visited;
    if (forked) return;
    forked = true;
    // The body runs in the child inside the visit that its parent began: the lock is still this thread's.
    child = std::make_unique<Child>([&] {
      try {
        local.reset();
        return false;
      } catch (const std::system_error&) {
        return local.has_value();
      }
    });
  });
  well = child->wait();
  EXPECT_TRUE(well);
  EXPECT_EQ(visited, 2);
  end.count_down();
}

TEST(ThreadLocalFork, V8_SixteenThreadsForkAndNoChildDeadlocks) {
  constexpr int kThreads = 16;
  ThreadLocal<int> local;
  ThreadLocal<int> busy;
  std::atomic<int> failed{0};
  run_threads(kThreads, [&](int thread) {
    local.get() = thread;
    for (int round = 0; round < scaled(40) + 2; ++round) {
      // Keeps the lists and the registry in motion, so that forks of other threads meet them half changed.
      for (int i = 0; i < 20; ++i) {
        busy.get() = thread;
        busy.for_each([](int&) {});
        busy.reset();
        ThreadLocal<int> passing;
        passing.get() = 1;
      }
      std::jthread([&] { busy.get() = thread; }).join();
      busy.get() = thread;
      Child child([&] {
        bool well = local.get() == thread && count_of(local, thread) == 1 && busy.get() == thread && count_of(busy, thread) == 1;
        if (kHeapSurvivesFork) {
          well &= busy.reset() && busy.get() == 0 && count_of(busy, 0) == 1;
          ThreadLocal<int> made_here;
          made_here.get() = 5;
          well &= count_of(made_here, 5) == 1 && made_here.reset();
        }
        return well;
      });
      if (!child.wait()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace proberen::test
