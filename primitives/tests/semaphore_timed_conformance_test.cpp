// Conformance of the timed operations of Semaphore and BoundedSemaphore, and of waits that signals interrupt. A wait may end late, for a
// machine may be busy, but never early.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/known_bad_semaphores.hpp"
#include "primitives/tests/support/semaphore_types.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

template <class S>
class TimedSemaphore : public ConformanceTest {
 protected:
  /// A semaphore of one unit, which is taken.
  TimedSemaphore() { (void)semaphore_.try_acquire(); }
  S semaphore_{1};
};
TYPED_TEST_SUITE(TimedSemaphore, AllSemaphores, SemaphoreNames);

template <class S, class Duration>
bool gives_up_without_units(S& empty, Duration timeout) {
  return gives_up_in_time(timeout, [&](Duration t) { return empty.try_acquire_for(t); });
}

TYPED_TEST(TimedSemaphore, S5_UnitsAreTakenAndWithoutThemTheWaitTimesOut) {
  TypeParam semaphore(2);
  const auto succeed_twice_then_time_out = [&](auto take) {
    EXPECT_TRUE(take(5ms));
    EXPECT_TRUE(take(5ms));
    EXPECT_TRUE(gives_up_in_time(50ms, take));
    EXPECT_EQ(semaphore.value(), 0);
    EXPECT_FALSE(semaphore.release(2));
  };
  succeed_twice_then_time_out([&](auto t) { return semaphore.acquire(true, t); });
  succeed_twice_then_time_out([&](auto t) { return semaphore.try_acquire_for(t); });
  succeed_twice_then_time_out([&](auto t) { return semaphore.try_acquire_until(std::chrono::steady_clock::now() + t); });
}

TYPED_TEST(TimedSemaphore, S5_AReleaseInTimeEndsTheWait) {
  Waiter waiter([this] { EXPECT_TRUE(this->semaphore_.try_acquire_for(kLong)); });
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(this->semaphore_.release());
  waiter.join();
  EXPECT_EQ(this->semaphore_.value(), 0);
}

TYPED_TEST(TimedSemaphore, S5_ImpossibleArgumentsAreRefused) {
  EXPECT_THROW((void)this->semaphore_.acquire(false, 1s), std::invalid_argument);
  EXPECT_THROW((void)this->semaphore_.acquire(true, -2s), std::invalid_argument);
  EXPECT_FALSE(this->semaphore_.acquire(false, kNoTimeout));
  EXPECT_EQ(this->semaphore_.value(), 0);
}

TYPED_TEST(TimedSemaphore, S14_ShortTimeoutsEndWhileOthersWaitToo) {
  run_threads(10, [this](int) {
    for (const auto timeout : {1ns, 1000ns, 100'000ns, 1'000'000ns, 10'000'000ns, 100'000'000ns}) {
      EXPECT_TRUE(gives_up_without_units(this->semaphore_, timeout));
    }
  });
  EXPECT_FALSE(this->semaphore_.release());
  EXPECT_TRUE(this->semaphore_.try_acquire());
}

TYPED_TEST(TimedSemaphore, S15_NoWaitEndsEarlyOnAnyClock) {
  const auto wait = [this](auto instant) { return this->semaphore_.try_acquire_until(instant); };
  for (const auto timeout : {1000ns, 800'000ns, 900'000ns, 20'000'000ns}) {
    EXPECT_TRUE(gives_up_without_units(this->semaphore_, timeout));
    EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<ShiftedClock>(timeout, wait));
    EXPECT_TRUE(gives_up_at<SlowClock>(timeout, wait));
  }
  EXPECT_TRUE(gives_up_without_units(this->semaphore_, std::chrono::duration<double, std::micro>(0.5)));
}

TYPED_TEST(TimedSemaphore, S16_TimeoutsOfZeroOrLessDoNotWait) {
  TypeParam semaphore(1);
  const auto expect_at_once = [&](auto take) {
    EXPECT_TRUE(take());
    EXPECT_FALSE(take());
    EXPECT_FALSE(semaphore.release());
  };
  for (const auto timeout : {0ns, -1ns, -1'000'000'000ns, std::chrono::nanoseconds::min()}) {
    expect_at_once([&] { return semaphore.try_acquire_for(timeout); });
  }
  expect_at_once([&] { return semaphore.acquire(true, 0ms); });
  expect_at_once([&] { return semaphore.try_acquire_until(std::chrono::steady_clock::now() - 1h); });
  expect_at_once([&] { return semaphore.try_acquire_until(std::chrono::system_clock::time_point{}); });
}

TYPED_TEST(TimedSemaphore, S16_TheLongestTimeoutsWait) {
  const auto waits_with = [this](auto take) {
    Waiter waiter([&] { EXPECT_TRUE(take()); });
    EXPECT_TRUE(waiter.waits());
    EXPECT_FALSE(this->semaphore_.release());
  };
  waits_with([this] { return this->semaphore_.acquire(true, kNoTimeout); });
  waits_with([this] { return this->semaphore_.acquire(true, std::chrono::nanoseconds::max()); });
  waits_with([this] { return this->semaphore_.try_acquire_for(std::chrono::milliseconds::max()); });
  waits_with([this] { return this->semaphore_.try_acquire_for(std::chrono::seconds::max()); });
  waits_with([this] { return this->semaphore_.try_acquire_until(std::chrono::steady_clock::time_point::max()); });
  waits_with([this] { return this->semaphore_.try_acquire_until(std::chrono::system_clock::time_point::max()); });
}

TYPED_TEST(TimedSemaphore, S22_SignalsDoNotEndAWait) {
  const CountSignals count;
  Waiter waiter([this] {
    EXPECT_TRUE(this->semaphore_.acquire());
    let_handlers_run();
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(waiter.waits());
    ::pthread_kill(waiter.handle(), SIGUSR1);
  }
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(this->semaphore_.release());
  waiter.join();
  EXPECT_GT(signals_handled, 0);
}

TYPED_TEST(TimedSemaphore, S22_SignalsNeitherShortenNorExtendATimedWait) {
  const CountSignals count;
  Waiter waiter([this] {
    EXPECT_TRUE(gives_up_without_units(this->semaphore_, 100ms));
    let_handlers_run();
  });
  pester(waiter);
  waiter.join();
  EXPECT_GT(signals_handled, 0);
}

class KnownBadTimedSemaphore : public ConformanceTest {};

TEST_F(KnownBadTimedSemaphore, S15_ASemaphoreThatGivesUpEarlyIsSeen) {
  HastySemaphore semaphore(0);
  bool in_time = true;
  // A machine too busy to give up at half time would hide the fault, so it gets several chances.
  for (int i = 0; i < 20 && in_time; ++i) in_time = gives_up_without_units(semaphore, 100ms);
  EXPECT_FALSE(in_time);
}

}  // namespace
}  // namespace proberen::test
