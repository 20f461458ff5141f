// Conformance of LifoQueue and PriorityQueue: order, room, waiting, the end of a queue's life, many threads. The cases are those of
// Python's queue module, restated; the number in a test's name is the case.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/known_bad_queues.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/lifo_queue.hpp"
#include "proberen/priority_queue.hpp"

namespace proberen::test {
namespace {

template <class Q>
class OrderedQueue : public ConformanceTest {};
using OrderedQueues = testing::Types<LifoQueue<int>, PriorityQueue<int>>;
struct QueueNames {
  template <class Q>
  static std::string GetName(int) {
    return std::is_same_v<Q, LifoQueue<int>> ? "LifoQueue" : "PriorityQueue";
  }
};
TYPED_TEST_SUITE(OrderedQueue, OrderedQueues, QueueNames);

/// Whether what is got is what a model with `next(list)` says, through random puts and gets.
template <class Q, class Next>
bool agrees_with(Q& queue, Next next) {
  std::minstd_rand random(3);
  std::vector<int> model;
  for (int step = 0; step < 5000; ++step) {
    if (random() % 5 < (step / 500 % 2 == 0 ? 3u : 2u)) {
      const int item = static_cast<int>(random() % 50);
      if (queue.put(item) != QueueStatus::ok) return false;
      model.push_back(item);
    } else {
      auto item = queue.try_get();
      if (static_cast<bool>(item) == model.empty()) return false;
      if (!item) continue;
      const auto expected = next(model);
      if (*item != *expected) return false;
      model.erase(expected);
    }
    if (queue.size() != model.size()) return false;
  }
  return true;
}

constexpr auto newest = [](std::vector<int>& list) { return list.end() - 1; };
constexpr auto smallest = [](std::vector<int>& list) { return std::min_element(list.begin(), list.end()); };

TEST(LifoQueueOrder, Q1_LastInFirstOut) {
  LifoQueue<int> queue;
  EXPECT_TRUE(agrees_with(queue, newest));
  LifoQueue<int> other;
  EXPECT_FALSE(agrees_with(other, smallest));
}

TEST(PriorityQueueOrder, Q1_SmallestFirst) {
  PriorityQueue<int> queue;
  EXPECT_TRUE(agrees_with(queue, smallest));
  PriorityQueue<int, std::greater<int>> greatest;
  EXPECT_TRUE(agrees_with(greatest, [](std::vector<int>& list) { return std::max_element(list.begin(), list.end()); }));
  PriorityQueue<int> other;
  EXPECT_FALSE(agrees_with(other, newest));
}

struct Ranked {
  int rank;
  int number;
  friend bool operator<(const Ranked& left, const Ranked& right) { return left.rank < right.rank; }
};

TEST(PriorityQueueOrder, Q1_OfEqualItemsTheOldestFirst) {
  PriorityQueue<Ranked> queue;
  std::minstd_rand random(5);
  int number = 0;
  std::array<int, 4> last{};
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 20; ++i) ASSERT_EQ(queue.put(Ranked{static_cast<int>(random() % 4), ++number}), QueueStatus::ok);
    for (int i = 0; i < 18; ++i) {
      const Ranked item = queue.get().value();
      ASSERT_GT(item.number, std::exchange(last[static_cast<std::size_t>(item.rank)], item.number));
    }
  }
}

TYPED_TEST(OrderedQueue, Q1_RoomForExactlyItsCapacity) {
  for (const int capacity : {1, 2, 3, 64}) {
    TypeParam queue(static_cast<std::size_t>(capacity));
    EXPECT_EQ(queue.capacity(), static_cast<std::size_t>(capacity));
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(has_room_for(queue, capacity));
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.put(-1, false), QueueStatus::full);
    EXPECT_EQ(queue.put(-1, true, 1ms), QueueStatus::timeout);
    EXPECT_EQ(queue.size(), static_cast<std::size_t>(capacity));
  }
}

TYPED_TEST(OrderedQueue, Q1_TimedCallsNeverGiveUpEarly) {
  TypeParam queue(1);
  for (const auto timeout : {1000ns, 900'000ns, 20'000'000ns}) {
    const auto get_until = [&](auto instant) { return static_cast<bool>(queue.get_until(instant)); };
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return static_cast<bool>(queue.get_for(t)); }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return static_cast<bool>(queue.get(true, t)); }));
    EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, get_until));
    EXPECT_TRUE(gives_up_at<SlowClock>(timeout, get_until));
    ASSERT_EQ(queue.put(0), QueueStatus::ok);
    const auto put_until = [&](auto instant) { return queue.put_until(1, instant) == QueueStatus::ok; };
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put_for(1, t) == QueueStatus::ok; }));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, put_until));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.join_for(t); }));
    ASSERT_EQ(queue.get().value(), 0);
    ASSERT_FALSE(queue.task_done());
  }
}

TYPED_TEST(OrderedQueue, Q1_WaitersAreReleasedByTheOtherSide) {
  TypeParam queue(1);
  Waiter getter([&] { EXPECT_EQ(queue.get().value(), 5); });
  EXPECT_TRUE(getter.waits());
  EXPECT_EQ(queue.put(5), QueueStatus::ok);
  getter.join();
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  Waiter putter([&] { EXPECT_EQ(queue.put_for(2, kLong), QueueStatus::ok); });
  EXPECT_TRUE(putter.waits());
  EXPECT_EQ(queue.get().value(), 1);
  putter.join();
  EXPECT_EQ(queue.get_for(kLong).value(), 2);
}

TYPED_TEST(OrderedQueue, Q2_ImpossibleTimeoutsAreRefused) {
  TypeParam queue(1);
  EXPECT_THROW((void)queue.put(1, true, -2s), std::invalid_argument);
  EXPECT_THROW((void)queue.put(1, false, 1s), std::invalid_argument);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.put(1, true, kNoTimeout), QueueStatus::ok);
  EXPECT_THROW((void)queue.get(true, -1ns), std::invalid_argument);
  EXPECT_THROW((void)queue.get(false, 1s), std::invalid_argument);
  EXPECT_EQ(queue.get(true, kNoTimeout).value(), 1);
  EXPECT_EQ(queue.get(false).status(), QueueStatus::empty);
}

TYPED_TEST(OrderedQueue, Q3_JoinWaitsForTheWork) {
  TypeParam queue(4);
  queue.join();
  EXPECT_EQ(queue.task_done(), std::errc::invalid_argument);
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  ASSERT_TRUE(queue.get());
  Waiter joiner([&] { queue.join(); });
  EXPECT_TRUE(joiner.waits());
  EXPECT_FALSE(queue.task_done());
  joiner.join();
  EXPECT_EQ(queue.task_done(), std::errc::invalid_argument);
}

TYPED_TEST(OrderedQueue, Q4_ShutdownDrainsOrThrowsAway) {
  for (const bool immediate : {false, true}) {
    TypeParam queue(2);
    ASSERT_EQ(queue.put(1), QueueStatus::ok);
    ASSERT_EQ(queue.put(1), QueueStatus::ok);
    Waiter putter([&] { EXPECT_EQ(queue.put(1), QueueStatus::closed); });
    Waiter joiner([&] { queue.join(); });
    EXPECT_TRUE(putter.waits());
    EXPECT_TRUE(joiner.waits());
    queue.shutdown(immediate);
    queue.shutdown(immediate);
    putter.join();
    EXPECT_TRUE(queue.closed());
    EXPECT_EQ(queue.try_put(1), QueueStatus::closed);
    EXPECT_EQ(queue.size(), immediate ? 0u : 2u);
    if (!immediate) {
      for (int i = 0; i < 2; ++i) EXPECT_TRUE(queue.get() && !queue.task_done());
    }
    joiner.join();
    EXPECT_EQ(queue.get().status(), QueueStatus::closed);
    EXPECT_EQ(queue.try_get().status(), QueueStatus::closed);
    EXPECT_EQ(queue.get_for(1h).status(), QueueStatus::closed);
  }
}

TYPED_TEST(OrderedQueue, Q4_ShutdownReleasesEveryBlockedGet) {
  TypeParam queue(2);
  const auto get = [&] { EXPECT_EQ(queue.get().status(), QueueStatus::closed); };
  Waiter waiters[] = {Waiter(get), Waiter(get), Waiter(get)};
  for (Waiter& waiter : waiters) EXPECT_TRUE(waiter.waits());
  queue.shutdown();
}

/// Whether each of many items arrives once, however they are put and got.
template <class Q>
bool delivers_each_once(Q& queue, int threads, int items) {
  std::vector<std::atomic<int>> times(static_cast<std::size_t>(threads * items));
  {
    std::vector<std::jthread> consumers;
    for (int consumer = 0; consumer < threads; ++consumer) {
      consumers.emplace_back([&, consumer] {
        while (auto item = get_in_some_form(queue, consumer % 3)) ++times[static_cast<std::size_t>(item->producer * items + item->number)];
      });
    }
    run_threads(threads, [&](int producer) {
      for (int number = 0; number < items; ++number) put_in_some_form(queue, {producer, number}, producer % 3);
    });
    queue.close();
  }
  return std::all_of(times.begin(), times.end(), [](const std::atomic<int>& count) { return count == 1; });
}

struct ByNumber {
  bool operator()(const Item& left, const Item& right) const { return left.number < right.number; }
};

TEST(OrderedQueueStress, Q10_EveryItemOnce) {
  for (const std::size_t capacity : {0, 1, 64}) {
    LifoQueue<Item> stack(capacity);
    EXPECT_TRUE(delivers_each_once(stack, 4, scaled(3000)));
    PriorityQueue<Item, ByNumber> heap(capacity);
    EXPECT_TRUE(delivers_each_once(heap, 4, scaled(3000)));
  }
}

TEST(KnownBadOrderedQueue, Q10_LostAndDoubledItemsAreSeen) {
  PlainQueue<Item, QueueFault::drops_some> loses(64);
  EXPECT_FALSE(delivers_each_once(loses, 4, 3000));
  PlainQueue<Item, QueueFault::doubles_some> doubles(64);
  EXPECT_FALSE(delivers_each_once(doubles, 4, 3000));
}

/// Compares, and moves, until told to throw.
struct Fragile {
  explicit Fragile(int value) : number(value) {}
  Fragile(Fragile&& other) noexcept(false) : number(other.number) {
    if (throws) throw std::runtime_error("cannot be moved");
  }
  Fragile& operator=(Fragile&& other) noexcept(false) {
    number = other.number;
    return *this;
  }
  friend bool operator<(const Fragile& left, const Fragile& right) {
    if (throws_when_compared) throw std::runtime_error("cannot be compared");
    return left.number < right.number;
  }
  static inline bool throws = false;
  static inline bool throws_when_compared = false;
  int number;
};

TEST(OrderedQueueItems, Q11_WhatThrowsLeavesTheQueueAsItWas) {
  PriorityQueue<Fragile> queue;
  for (const int number : {3, 1, 2}) ASSERT_EQ(queue.put(Fragile(number)), QueueStatus::ok);
  Fragile::throws = true;
  EXPECT_THROW((void)queue.put(Fragile(0)), std::runtime_error);
  Fragile::throws = false;
  Fragile::throws_when_compared = true;
  EXPECT_THROW((void)queue.put(Fragile(0)), std::runtime_error);
  EXPECT_THROW((void)queue.get(), std::runtime_error);
  Fragile::throws_when_compared = false;
  EXPECT_EQ(queue.size(), 3u);
  for (const int number : {1, 2, 3}) EXPECT_EQ(queue.get()->number, number);
}

/// Puts one more item when it goes.
template <class Q>
struct Parting {
  explicit Parting(Q* into) : queue(into) {}
  ~Parting() {
    if (queue != nullptr) (void)queue->put(nullptr);
  }
  Q* queue;
};
struct LifoOfPartings : LifoQueue<std::shared_ptr<Parting<LifoOfPartings>>> {};
struct PriorityOfPartings : PriorityQueue<std::shared_ptr<Parting<PriorityOfPartings>>> {};

template <class Q>
void put_from_destructors() {
  Q queue;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(queue.put(std::make_shared<Parting<Q>>(&queue)), QueueStatus::ok);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(queue.get());
  EXPECT_TRUE(queue.empty());
  ASSERT_EQ(queue.put(std::make_shared<Parting<Q>>(&queue)), QueueStatus::ok);
  queue.shutdown(true);
  EXPECT_TRUE(queue.empty());
}

TEST(OrderedQueueItems, Q12_ADestructorMayUseTheQueue) {
  put_from_destructors<LifoOfPartings>();
  put_from_destructors<PriorityOfPartings>();
}

}  // namespace
}  // namespace proberen::test
