// Conformance of the timed operations of Lock and RLock. A wait may end late, for a machine may be busy, but never early.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/known_bad_locks.hpp"
#include "primitives/tests/support/lock_types.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

/// The test's thread holds `lock_` where a test wants it held; others want it.
template <class L>
class TimedLock : public ConformanceTest {
 protected:
  L lock_;
};
TYPED_TEST_SUITE(TimedLock, AllLocks, LockNames);

template <class L, class Duration>
bool gives_up_while_held(L& lock, Duration timeout) {
  bool in_time = false;
  std::jthread([&] { in_time = gives_up_in_time(timeout, [&](Duration t) { return lock.try_lock_for(t); }); }).join();
  return in_time;
}

/// Whether a waiter that gave up leaves nothing behind: released, the lock is free, and can be taken.
template <class L>
bool forgets_who_gave_up(L& lock) {
  (void)lock.acquire();
  std::jthread([&] { (void)lock.try_lock_for(10ms); }).join();
  (void)lock.release();
  if (lock.locked()) return false;
  const bool taken = lock.acquire(false);
  if (taken) (void)lock.release();
  return taken;
}

/// An instant that has passed: the lock is taken if it is free, refused if it is held, in both cases without waiting.
template <class L, class Instant>
void expect_past(L& lock, Instant instant) {
  ASSERT_TRUE(lock.try_lock_until(instant));
  std::jthread([&] { EXPECT_FALSE(lock.try_lock_until(instant)); }).join();
  EXPECT_FALSE(lock.release());
}

TYPED_TEST(TimedLock, L5_AFreeLockIsTaken) {
  EXPECT_TRUE(this->lock_.acquire(true, kLong));
  EXPECT_FALSE(this->lock_.release());
  EXPECT_TRUE(this->lock_.try_lock_for(kLong));
  EXPECT_FALSE(this->lock_.release());
  EXPECT_TRUE(this->lock_.try_lock_until(std::chrono::steady_clock::now() + kLong));
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L5_AHeldLockTimesOutAndNeverEarly) {
  ASSERT_TRUE(this->lock_.acquire());
  for (const auto timeout : {1000ns, 900'000ns, 5'000'000ns, 50'000'000ns}) {
    std::jthread([&] {
      EXPECT_TRUE(gives_up_in_time(timeout, [this](auto t) { return this->lock_.acquire(true, t); }));
      EXPECT_TRUE(gives_up_in_time(timeout, [this](auto t) { return this->lock_.try_lock_for(t); }));
      EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, [this](auto i) { return this->lock_.try_lock_until(i); }));
      EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, [this](auto i) { return this->lock_.try_lock_until(i); }));
    }).join();
  }
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L5_SignalsNeitherShortenNorExtendATimedWait) {
  const CountSignals count;
  ASSERT_TRUE(this->lock_.acquire());
  Waiter waiter([this] {
    EXPECT_TRUE(gives_up_in_time(100ms, [this](auto t) { return this->lock_.try_lock_for(t); }));
    let_handlers_run();
  });
  pester(waiter);
  waiter.join();
  EXPECT_GT(signals_handled, 0);
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L5_SignalsDoNotEndAnUntimedWait) {
  const CountSignals count;
  ASSERT_TRUE(this->lock_.acquire());
  Waiter waiter([this] {
    this->lock_.lock();
    EXPECT_FALSE(this->lock_.release());
    let_handlers_run();
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(waiter.waits());
    ::pthread_kill(waiter.handle(), SIGUSR1);
  }
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(this->lock_.release());
  waiter.join();
  EXPECT_GT(signals_handled, 0);
}

TYPED_TEST(TimedLock, L6_ImpossibleTimeoutsAreRefused) {
  EXPECT_THROW((void)this->lock_.acquire(false, 1ms), std::invalid_argument);
  EXPECT_THROW((void)this->lock_.acquire(false, 0s), std::invalid_argument);
  EXPECT_THROW((void)this->lock_.acquire(true, -2s), std::invalid_argument);
  EXPECT_THROW((void)this->lock_.acquire(true, -1ns), std::invalid_argument);
  EXPECT_FALSE(this->lock_.locked());
  EXPECT_TRUE(this->lock_.acquire(false, kNoTimeout));
  EXPECT_FALSE(this->lock_.release());
  EXPECT_TRUE(this->lock_.acquire(true, kNoTimeout));
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L6_TheLongestTimeoutsWait) {
  const auto waits_with = [this](auto timeout) {
    ASSERT_TRUE(this->lock_.acquire(true, timeout));
    Waiter waiter([&] {
      EXPECT_TRUE(this->lock_.try_lock_for(timeout));
      EXPECT_FALSE(this->lock_.release());
    });
    EXPECT_TRUE(waiter.waits());
    EXPECT_FALSE(this->lock_.release());
  };
  waits_with(std::chrono::nanoseconds::max());
  waits_with(std::chrono::milliseconds::max());
  waits_with(std::chrono::seconds::max());
  waits_with(std::chrono::hours::max());
  waits_with(std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
}

TYPED_TEST(TimedLock, L6_TheLastInstantsWait) {
  const auto waits_until = [this](auto instant) {
    ASSERT_TRUE(this->lock_.acquire());
    Waiter waiter([&] {
      EXPECT_TRUE(this->lock_.try_lock_until(instant));
      EXPECT_FALSE(this->lock_.release());
    });
    EXPECT_TRUE(waiter.waits());
    EXPECT_FALSE(this->lock_.release());
  };
  waits_until(std::chrono::steady_clock::time_point::max());
  waits_until(std::chrono::time_point<std::chrono::steady_clock, std::chrono::seconds>::max());
  waits_until(std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>::max());
  EXPECT_TRUE(this->lock_.acquire(true, std::chrono::hours::max()));
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L7_AWaiterThatGaveUpLeavesNothingBehind) {
  EXPECT_TRUE(forgets_who_gave_up(this->lock_));
  EXPECT_TRUE(forgets_who_gave_up(this->lock_));
}

TYPED_TEST(TimedLock, L14_AnyClockWillDo) {
  ASSERT_TRUE(this->lock_.acquire());
  std::jthread([this] {
    const auto wait = [this](auto instant) { return this->lock_.try_lock_until(instant); };
    EXPECT_TRUE(gives_up_at<ShiftedClock>(20ms, wait));
    EXPECT_TRUE(gives_up_at<SlowClock>(20ms, wait));
  }).join();
  EXPECT_FALSE(this->lock_.release());
  EXPECT_TRUE(this->lock_.try_lock_until(ShiftedClock::now() + kLong));
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(TimedLock, L15_InstantsInThePastDoNotWait) {
  using Steady = std::chrono::steady_clock;
  using System = std::chrono::system_clock;
  expect_past(this->lock_, Steady::time_point::min());
  expect_past(this->lock_, System::time_point::min());
  expect_past(this->lock_, std::chrono::time_point<System, std::chrono::hours>::min());
  for (const auto since_epoch : {0ns, -1ns, -999'999'999ns, -5'000'000'000ns}) {
    expect_past(this->lock_, Steady::time_point(std::chrono::duration_cast<Steady::duration>(since_epoch)));
    expect_past(this->lock_, System::time_point(std::chrono::duration_cast<System::duration>(since_epoch)));
    expect_past(this->lock_, std::chrono::time_point<System, std::chrono::seconds>(std::chrono::floor<std::chrono::seconds>(since_epoch)));
    expect_past(this->lock_, Steady::now() + since_epoch);
    expect_past(this->lock_, System::now() + since_epoch);
  }
}

TYPED_TEST(TimedLock, L15_TimeoutsOfZeroOrLessDoNotWait) {
  for (const auto timeout : {0ns, -1ns, -5'000'000'000ns, std::chrono::nanoseconds::min()}) {
    ASSERT_TRUE(this->lock_.try_lock_for(timeout));
    std::jthread([&] { EXPECT_FALSE(this->lock_.try_lock_for(timeout)); }).join();
    EXPECT_FALSE(this->lock_.release());
  }
}

TYPED_TEST(TimedLock, L16_ATimedWaitGetsTheLockThatIsReleasedInTime) {
  ASSERT_TRUE(this->lock_.acquire());
  Waiter waiter([this] {
    EXPECT_TRUE(this->lock_.try_lock_for(kLong));
    EXPECT_TRUE(this->lock_.locked());
    EXPECT_FALSE(this->lock_.release());
  });
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(this->lock_.release());
  waiter.join();

  ASSERT_TRUE(this->lock_.acquire());
  EXPECT_TRUE(gives_up_while_held(this->lock_, 10ms));
  EXPECT_FALSE(this->lock_.release());
}

class KnownBadTimedLock : public ConformanceTest {};

TEST_F(KnownBadTimedLock, L5_ALockThatGivesUpEarlyIsSeen) {
  HastyLock lock;
  ASSERT_TRUE(lock.acquire());
  bool in_time = true;
  // A machine too busy to give up at half time would hide the fault, so it gets several chances.
  for (int i = 0; i < 20 && in_time; ++i) in_time = gives_up_while_held(lock, 100ms);
  EXPECT_FALSE(in_time);
}

TEST_F(KnownBadTimedLock, L7_AWaiterThatLeavesATraceIsSeen) {
  HauntedLock lock;
  EXPECT_FALSE(forgets_who_gave_up(lock));
}

}  // namespace
}  // namespace proberen::test
