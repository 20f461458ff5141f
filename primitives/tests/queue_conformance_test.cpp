// Conformance of Queue, bounded and not: order, room, waiting, the life of items. The cases are those of Python's queue.Queue, restated;
// the number in a test's name is the case.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/queue.hpp"

namespace proberen::test {
namespace {

using AnyQueue = EachCapacity;
INSTANTIATE_TEST_SUITE_P(Capacity, AnyQueue, testing::Values(0, 1, 2, 3, 64), capacity_name);

class BoundedQueue : public ConformanceTest {};

TEST_P(AnyQueue, Q1_FirstInFirstOut) {
  Queue<int> queue(GetParam());
  EXPECT_TRUE(keeps_order(queue, 1));
  EXPECT_TRUE(keeps_order(queue, GetParam() == 0 ? 200 : static_cast<int>(GetParam())));
}

TEST_P(AnyQueue, Q1_SizeFollowsPutsAndGets) {
  Queue<int> queue(GetParam());
  EXPECT_EQ(queue.capacity(), GetParam());
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.put(7), QueueStatus::ok);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.full(), GetParam() == 1);
  EXPECT_EQ(queue.get().value(), 7);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(queue.empty());
}

TEST_P(AnyQueue, Q1_AnEmptyQueueHasNothingToGive) {
  Queue<int> queue(GetParam());
  EXPECT_EQ(queue.try_get().status(), QueueStatus::empty);
  EXPECT_EQ(queue.get(false).status(), QueueStatus::empty);
  EXPECT_EQ(queue.get_for(0s).status(), QueueStatus::timeout);
  EXPECT_EQ(queue.get(true, 1ms).status(), QueueStatus::timeout);
  EXPECT_FALSE(queue.try_get());
}

TEST_P(AnyQueue, Q1_AGetNeverTimesOutEarly) {
  Queue<int> queue(GetParam());
  const auto wait = [&](auto instant) { return queue.get_until(instant).status() != QueueStatus::timeout; };
  for (const auto timeout : {1000ns, 900'000ns, 20'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get_for(t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get(true, t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<SlowClock>(timeout, wait));
  }
}

TEST_P(AnyQueue, Q1_AGetWaitsForAPut) {
  Queue<int> queue(GetParam());
  for (const bool timed : {false, true}) {
    Waiter waiter([&] { EXPECT_EQ((timed ? queue.get_for(kLong) : queue.get()).value(), 5); });
    EXPECT_TRUE(waiter.waits());
    EXPECT_EQ(queue.put(5), QueueStatus::ok);
    waiter.join();
  }
}

TEST_P(AnyQueue, Q1_SignalsDoNotEndAGet) {
  const CountSignals count;
  Queue<int> queue(GetParam());
  Waiter waiter([&] {
    EXPECT_EQ(queue.get().value(), 5);
    let_handlers_run();
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(waiter.waits());
    ::pthread_kill(waiter.handle(), SIGUSR1);
  }
  EXPECT_TRUE(waiter.waits());
  EXPECT_EQ(queue.put(5), QueueStatus::ok);
  waiter.join();
  EXPECT_GT(signals_handled, 0);
}

TEST_F(BoundedQueue, Q1_AFullQueueHasNoRoom) {
  for (const int capacity : {1, 2, 3, 64}) {
    Queue<int> queue(static_cast<std::size_t>(capacity));
    EXPECT_TRUE(has_room_for(queue, capacity));
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.put(-1, false), QueueStatus::full);
    EXPECT_EQ(queue.put_for(-1, 0s), QueueStatus::timeout);
    EXPECT_EQ(queue.put(-1, true, 1ms), QueueStatus::timeout);
    EXPECT_EQ(queue.size(), static_cast<std::size_t>(capacity));
  }
}

TEST_F(BoundedQueue, Q1_APutNeverTimesOutEarly) {
  Queue<int> queue(1);
  ASSERT_EQ(queue.put(0), QueueStatus::ok);
  const auto wait = [&](auto instant) { return queue.put_until(1, instant) != QueueStatus::timeout; };
  for (const auto timeout : {1000ns, 900'000ns, 20'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put_for(1, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put(1, true, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, wait));
  }
  EXPECT_EQ(queue.get().value(), 0);
  EXPECT_TRUE(queue.empty());
}

TEST_F(BoundedQueue, Q1_APutWaitsForAGet) {
  Queue<int> queue(1);
  ASSERT_EQ(queue.put(1), QueueStatus::ok);
  Waiter waiter([&] { EXPECT_EQ(queue.put(2), QueueStatus::ok); });
  EXPECT_TRUE(waiter.waits());
  EXPECT_EQ(queue.get().value(), 1);
  waiter.join();
  Waiter timed([&] { EXPECT_EQ(queue.put_for(3, kLong), QueueStatus::ok); });
  EXPECT_TRUE(timed.waits());
  EXPECT_EQ(queue.get().value(), 2);
  EXPECT_EQ(queue.get().value(), 3);
}

TEST_P(AnyQueue, Q2_ImpossibleTimeoutsAreRefused) {
  Queue<int> queue(GetParam());
  EXPECT_THROW((void)queue.put(1, true, -2s), std::invalid_argument);
  EXPECT_THROW((void)queue.put(1, true, -1ns), std::invalid_argument);
  EXPECT_THROW((void)queue.put(1, false, 1s), std::invalid_argument);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.put(1, true, kNoTimeout), QueueStatus::ok);
  EXPECT_THROW((void)queue.get(true, -2s), std::invalid_argument);
  EXPECT_THROW((void)queue.get(false, 1s), std::invalid_argument);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.get(true, kNoTimeout).value(), 1);
}

TEST_P(AnyQueue, Q2_TheLongestTimeoutsWait) {
  Queue<int> queue(GetParam());
  Waiter milliseconds([&] { EXPECT_TRUE(queue.get_for(std::chrono::milliseconds::max())); });
  Waiter instant([&] { EXPECT_TRUE(queue.get_until(std::chrono::steady_clock::time_point::max())); });
  EXPECT_TRUE(milliseconds.waits());
  EXPECT_TRUE(instant.waits());
  EXPECT_EQ(queue.put(1), QueueStatus::ok);
  EXPECT_EQ(queue.put(2), QueueStatus::ok);
}

/// Counts the objects that are alive; its copies and moves throw on demand.
class Tracked {
 public:
  explicit Tracked(int value) : value_(value) { ++alive; }
  Tracked(const Tracked& other) : value_(fail_if_asked(other.value_)) { ++alive; }
  Tracked(Tracked&& other) noexcept(false) : value_(fail_if_asked(other.value_)) { ++alive; }
  Tracked& operator=(const Tracked&) = default;
  Tracked& operator=(Tracked&&) = default;
  ~Tracked() { --alive; }
  [[nodiscard]] int value() const { return value_; }

  static inline int alive = 0;
  static inline bool fail = false;

 private:
  static int fail_if_asked(int value) {
    if (fail) throw std::runtime_error("cannot be moved");
    return value;
  }
  int value_;
};

TEST_P(AnyQueue, Q11_LeftoversAreDestroyedWithTheQueue) {
  const auto resource = std::make_shared<int>(1);
  {
    Queue<std::shared_ptr<int>> shared(GetParam());
    Queue<Tracked> boxed(GetParam());
    // Round and round, so that what is left lies where others have been.
    for (int i = 0; i < 200; ++i) {
      ASSERT_EQ(shared.put(resource), QueueStatus::ok);
      ASSERT_EQ(boxed.put(Tracked(i)), QueueStatus::ok);
      if (i == 199) break;
      ASSERT_TRUE(shared.get());
      ASSERT_EQ(boxed.get()->value(), i);
    }
    while (shared.try_put(resource) == QueueStatus::ok && shared.size() < 500) {
    }
    EXPECT_GT(resource.use_count(), 1);
    EXPECT_EQ(Tracked::alive, 1);
  }
  EXPECT_EQ(resource.use_count(), 1);
  EXPECT_EQ(Tracked::alive, 0);
}

/// Its move may throw, and it cannot be assigned.
struct Sealed {
  explicit Sealed(std::string given) : text(std::move(given)) {}
  const std::string text;
};

TEST_P(AnyQueue, Q11_ItemsOfAwkwardTypesGoThrough) {
  Queue<Sealed> sealed(GetParam());
  const Sealed item("kept");
  EXPECT_EQ(sealed.put(item), QueueStatus::ok);
  EXPECT_EQ(sealed.get()->text, "kept");
  Queue<QueueStatus> statuses(GetParam());
  EXPECT_EQ(statuses.put(QueueStatus::full), QueueStatus::ok);
  EXPECT_EQ(*statuses.get(), QueueStatus::full);
  EXPECT_EQ(statuses.try_get().status(), QueueStatus::empty);
}

TEST_P(AnyQueue, Q2_EveryPutTakesWhatItMayNotMoveFrom) {
  Queue<std::string> queue(GetParam() == 0 ? 0 : 3);
  const std::string item = "the same";
  EXPECT_EQ(queue.put_for(item, 1s), QueueStatus::ok);
  EXPECT_EQ(queue.put_until(item, std::chrono::steady_clock::now() + 1s), QueueStatus::ok);
  EXPECT_EQ(queue.put(item, true, 1s), QueueStatus::ok);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.get().value(), item);
}

TEST_P(AnyQueue, Q11_APutThatThrowsLeavesTheQueueAsItWas) {
  Queue<Tracked> queue(GetParam());
  const Tracked item(1);
  Tracked::fail = true;
  EXPECT_THROW((void)queue.put(item), std::runtime_error);
  EXPECT_THROW((void)queue.put(Tracked(2)), std::runtime_error);
  EXPECT_THROW((void)queue.try_put(Tracked(2)), std::runtime_error);
  Tracked::fail = false;
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.put(item), QueueStatus::ok);
  EXPECT_EQ(queue.get()->value(), 1);
  EXPECT_EQ(queue.try_get().status(), QueueStatus::empty);
}

TEST_F(BoundedQueue, Q11_AGetThatThrowsLosesThatItemAlone) {
  for (const std::size_t capacity : {0, 2}) {
    Queue<Tracked> queue(capacity);
    ASSERT_EQ(queue.put(Tracked(1)), QueueStatus::ok);
    ASSERT_EQ(queue.put(Tracked(2)), QueueStatus::ok);
    Tracked::fail = true;
    EXPECT_THROW((void)queue.get(), std::runtime_error);
    Tracked::fail = false;
    EXPECT_EQ(Tracked::alive, 1);
    EXPECT_EQ(queue.put(Tracked(3)), QueueStatus::ok);
    EXPECT_EQ(queue.get()->value(), 2);
    EXPECT_EQ(queue.get()->value(), 3);
  }
  EXPECT_EQ(Tracked::alive, 0);
}

TEST_F(BoundedQueue, Q11_AnItemThatIsNotPutIsNotMovedFrom) {
  Queue<std::unique_ptr<int>> queue(1);
  ASSERT_EQ(queue.put(std::make_unique<int>(1)), QueueStatus::ok);
  auto item = std::make_unique<int>(2);
  EXPECT_EQ(queue.try_put(std::move(item)), QueueStatus::full);
  EXPECT_EQ(queue.put_for(std::move(item), 1ms), QueueStatus::timeout);
  queue.close();
  EXPECT_EQ(queue.put(std::move(item)), QueueStatus::closed);
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(*item, 2);
  EXPECT_EQ(*queue.get().value(), 1);
}

}  // namespace
}  // namespace proberen::test
