// Conformance of Queue: work that is done, and the end of a queue's life, after Python's Queue.join and Queue.shutdown.
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <system_error>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/queue.hpp"

namespace proberen::test {
namespace {

using EndOfQueue = EachCapacity;
INSTANTIATE_TEST_SUITE_P(Capacity, EndOfQueue, testing::Values(0, 2, 64), capacity_name);

class EndOfBoundedQueue : public EachCapacity {};
INSTANTIATE_TEST_SUITE_P(Capacity, EndOfBoundedQueue, testing::Values(1, 2, 64), capacity_name);

const std::error_code kTooOften = std::make_error_code(std::errc::invalid_argument);

TEST_P(EndOfQueue, Q3_JoinWaitsForAllWorkTwiceOver) {
  Queue<int> queue(GetParam());
  std::atomic<int> sum{0};
  std::vector<std::jthread> workers;
  for (int i = 0; i < 2; ++i) {
    workers.emplace_back([&] {
      while (auto item = queue.get()) {
        sum += *item;
        EXPECT_FALSE(queue.task_done());
      }
    });
  }
  for (const int expected : {4950, 9900}) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(queue.put(int{i}), QueueStatus::ok);
    queue.join();
    EXPECT_EQ(sum, expected);
  }
  queue.close();
}

TEST_P(EndOfQueue, Q3_WhatJoinWaitsForIsTheWorkAndNotTheGet) {
  Queue<int> queue(GetParam());
  queue.join();  // no work
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_EQ(queue.put(2), QueueStatus::ok);
  ASSERT_TRUE(queue.get());
  ASSERT_TRUE(queue.get());
  Waiter joiner([&] { queue.join(); });
  EXPECT_FALSE(queue.task_done());
  EXPECT_TRUE(joiner.waits());
  EXPECT_TRUE(gives_up_in_time(5ms, [&](auto t) { return queue.join_for(t); }));
  EXPECT_FALSE(queue.task_done());
  joiner.join();
  EXPECT_TRUE(queue.join_for(0s));
}

TEST_P(EndOfQueue, Q3_MoreWorkDoneThanPutIsAnError) {
  Queue<int> queue(GetParam());
  EXPECT_EQ(queue.task_done(), kTooOften);
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_TRUE(queue.get());
  EXPECT_FALSE(queue.task_done());
  EXPECT_EQ(queue.task_done(), kTooOften);
  ASSERT_EQ(queue.put(2), QueueStatus::ok);
  EXPECT_FALSE(queue.join_for(0s));
}

TEST_P(EndOfQueue, Q3_JoinReturnsAfterTheWorkThatItWaitedFor) {
  // Plain memory: ThreadSanitizer says whether task_done and join order it.
  for (int round = 0; round < scaled(2000); ++round) {
    Queue<int> queue(GetParam());
    long result = 0;
    std::jthread worker([&] {
      (void)queue.get();
      result = round + 1;
      (void)queue.task_done();
    });
    ASSERT_EQ(queue.put(int{round}), QueueStatus::ok);
    queue.join();
    ASSERT_EQ(result, round + 1);
  }
}

TEST_P(EndOfQueue, Q4_WhatIsLeftCanStillBeGot) {
  Queue<int> queue(GetParam());
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_EQ(queue.put(2), QueueStatus::ok);
  queue.shutdown();
  EXPECT_TRUE(queue.closed());
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.get().value(), 1);
  EXPECT_EQ(queue.get_for(0s).value(), 2);
  EXPECT_EQ(queue.get().status(), QueueStatus::closed);
  EXPECT_FALSE(queue.task_done());
  EXPECT_FALSE(queue.task_done());
  queue.join();
}

/// Its moves throw when told to.
struct Fragile {
  explicit Fragile(int number) : number_(number) {}
  Fragile(Fragile&& other) : number_(other.number_) {
    if (armed) throw std::runtime_error("moved");
  }
  Fragile& operator=(Fragile&& other) noexcept {
    number_ = other.number_;
    return *this;
  }
  static inline bool armed = false;
  int number_;
};

TEST_P(EndOfQueue, Q4_ImmediateShutdownMovesNothing) {
  Queue<Fragile> queue(GetParam());
  EXPECT_EQ(queue.put(Fragile(1)), QueueStatus::ok);
  EXPECT_EQ(queue.put(Fragile(2)), QueueStatus::ok);
  Fragile::armed = true;
  EXPECT_NO_THROW(queue.shutdown(true));
  Fragile::armed = false;
  EXPECT_TRUE(queue.join_for(std::chrono::seconds(0)));
  EXPECT_EQ(queue.size(), 0u);
}

TEST_P(EndOfQueue, Q4_ImmediateShutdownThrowsAwayWhatIsLeft) {
  Queue<int> queue(GetParam());
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_EQ(queue.put(2), QueueStatus::ok);
  queue.shutdown(true);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.get().status(), QueueStatus::closed);
  EXPECT_EQ(queue.put(3), QueueStatus::closed);
  EXPECT_EQ(queue.task_done(), kTooOften);
  queue.join();
}

TEST_P(EndOfQueue, Q4_ImmediateShutdownEndsJoinOnceTheWorkInHandIsDone) {
  Queue<int> queue(GetParam());
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_EQ(queue.put(2), QueueStatus::ok);
  ASSERT_TRUE(queue.get());
  Waiter joiner([&] { queue.join(); });
  EXPECT_TRUE(joiner.waits());
  queue.shutdown(true);
  EXPECT_TRUE(joiner.waits());
  EXPECT_FALSE(queue.task_done());
  joiner.join();
}

TEST_P(EndOfQueue, Q4_ImmediateShutdownEndsJoin) {
  Queue<int> queue(GetParam());
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  Waiter joiner([&] { queue.join(); });
  EXPECT_TRUE(joiner.waits());
  queue.shutdown(true);
  joiner.join();
}

TEST_P(EndOfQueue, Q4_ShutdownReleasesEveryBlockedGet) {
  for (const bool immediate : {false, true}) {
    Queue<int> queue(GetParam());
    const auto get = [&] { EXPECT_EQ(queue.get().status(), QueueStatus::closed); };
    const auto get_timed = [&] { EXPECT_EQ(queue.get_for(kLong).status(), QueueStatus::closed); };
    Waiter waiters[] = {Waiter(get), Waiter(get), Waiter(get_timed), Waiter(get_timed)};
    for (Waiter& waiter : waiters) EXPECT_TRUE(waiter.waits());
    queue.shutdown(immediate);
  }
}

TEST_P(EndOfBoundedQueue, Q4_ShutdownReleasesEveryBlockedPut) {
  for (const bool immediate : {false, true}) {
    Queue<int> queue(GetParam());
    while (queue.try_put(0) == QueueStatus::ok) {
    }
    const auto put = [&] { EXPECT_EQ(queue.put(1), QueueStatus::closed); };
    const auto put_timed = [&] { EXPECT_EQ(queue.put_for(1, kLong), QueueStatus::closed); };
    Waiter waiters[] = {Waiter(put), Waiter(put), Waiter(put_timed), Waiter(put_timed)};
    for (Waiter& waiter : waiters) EXPECT_TRUE(waiter.waits());
    queue.shutdown(immediate);
    for (Waiter& waiter : waiters) waiter.join();
    EXPECT_EQ(queue.size(), immediate ? 0U : GetParam());
  }
}

TEST_P(EndOfQueue, Q4_ShutdownMayComeAgain) {
  Queue<int> queue(GetParam());
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  queue.shutdown();
  queue.shutdown();
  EXPECT_EQ(queue.size(), 1U);
  queue.shutdown(true);
  queue.shutdown(true);
  EXPECT_EQ(queue.get().status(), QueueStatus::closed);
}

TEST_P(EndOfQueue, Q4_AnItemIsEitherPutOrRefusedWhileTheQueueCloses) {
  for (int round = 0; round < scaled(500); ++round) {
    Queue<int> queue(GetParam());
    std::atomic<int> put{0};
    std::atomic<int> got{0};
    run_threads(5, [&](int thread) {
      if (thread == 0) {
        queue.close();
      } else if (thread < 3) {
        while (queue.put(1) == QueueStatus::ok) ++put;
      } else {
        while (queue.get()) ++got;
      }
    });
    ASSERT_EQ(put, got);
    ASSERT_TRUE(queue.empty());
  }
}

TEST_P(EndOfQueue, Q9_AClosedQueueRefusesEveryFormOfPutAndGet) {
  Queue<int> queue(GetParam());
  EXPECT_FALSE(queue.closed());
  queue.close();
  queue.close();
  EXPECT_TRUE(queue.closed());
  const auto soon = std::chrono::steady_clock::now() + 1ms;
  for (const QueueStatus put : {queue.put(1), queue.try_put(1), queue.put_for(1, 1ms), queue.put_until(1, soon), queue.put(1, false)}) {
    EXPECT_EQ(put, QueueStatus::closed);
  }
  EXPECT_EQ(queue.get().status(), QueueStatus::closed);
  EXPECT_EQ(queue.try_get().status(), QueueStatus::closed);
  EXPECT_EQ(queue.get_for(1ms).status(), QueueStatus::closed);
  EXPECT_EQ(queue.get_until(soon).status(), QueueStatus::closed);
  EXPECT_EQ(queue.get(false).status(), QueueStatus::closed);
  EXPECT_TRUE(queue.empty());
}

TEST_P(EndOfQueue, Q9_AClosedQueueDrains) {
  Queue<int> queue(GetParam());
  EXPECT_TRUE(drains_after_close(queue));
}

}  // namespace
}  // namespace proberen::test
