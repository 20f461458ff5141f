// Conformance of Queue under many threads, and queues that are known to be wrong.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "primitives/tests/support/known_bad_queues.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/queue.hpp"

namespace proberen::test {
namespace {

using StressedQueue = EachCapacity;
INSTANTIATE_TEST_SUITE_P(Capacity, StressedQueue, testing::Values(0, 1, 2, 64), capacity_name);

TEST_P(StressedQueue, Q10_EveryItemOnceAndEachProducersInOrder) {
  for (const auto& [producers, consumers] : {std::pair(1, 1), std::pair(3, 3), std::pair(6, 3), std::pair(3, 6)}) {
    Queue<Item> queue(GetParam());
    EXPECT_TRUE(delivers_each_once_in_order(queue, producers, consumers, scaled(2000))) << producers << " to " << consumers;
    EXPECT_TRUE(queue.empty());
  }
}

TEST_P(StressedQueue, Q10_WhatAnItemPointsToArrivesWithIt) {
  // Plain memory behind a pointer: ThreadSanitizer says whether put and get order it.
  Queue<std::unique_ptr<int>> queue(GetParam());
  constexpr int kThreads = 3;
  const int items = scaled(2000);
  std::atomic<long> sum{0};
  {
    std::vector<std::jthread> consumers;
    for (int i = 0; i < kThreads; ++i) {
      consumers.emplace_back([&] {
        while (auto item = queue.get()) sum += **item;
      });
    }
    run_threads(kThreads, [&](int) {
      for (int i = 1; i <= items; ++i) ASSERT_EQ(queue.put(std::make_unique<int>(i)), QueueStatus::ok);
    });
    queue.close();
  }
  EXPECT_EQ(sum, long{kThreads} * items * (items + 1) / 2);
}

class KnownBadQueue : public ConformanceTest {};

template <QueueFault kFault>
bool delivers() {
  PlainQueue<Item, kFault> queue(64);
  return delivers_each_once_in_order(queue, 3, 3, 2000);
}

TEST_F(KnownBadQueue, Q1_AWrongOrderIsSeen) {
  PlainQueue<int, QueueFault::newest_first> bad;
  EXPECT_FALSE(keeps_order(bad, 2));
  PlainQueue<int, QueueFault::none> good;
  EXPECT_TRUE(keeps_order(good, 2));
}

TEST_F(KnownBadQueue, Q1_AForgottenCapacityIsSeen) {
  PlainQueue<int, QueueFault::forgets_capacity> bad(3);
  EXPECT_FALSE(has_room_for(bad, 3));
  PlainQueue<int, QueueFault::none> good(3);
  EXPECT_TRUE(has_room_for(good, 3));
}

TEST_F(KnownBadQueue, Q9_ForgottenLeftoversAreSeen) {
  PlainQueue<int, QueueFault::forgets_leftovers> bad;
  EXPECT_FALSE(drains_after_close(bad));
  PlainQueue<int, QueueFault::none> good;
  EXPECT_TRUE(drains_after_close(good));
}

TEST_F(KnownBadQueue, Q10_LostDoubledAndMisplacedItemsAreSeen) {
  EXPECT_TRUE(delivers<QueueFault::none>());
  EXPECT_FALSE(delivers<QueueFault::drops_some>());
  EXPECT_FALSE(delivers<QueueFault::doubles_some>());
  EXPECT_FALSE(delivers<QueueFault::newest_first>());
}

}  // namespace
}  // namespace proberen::test
