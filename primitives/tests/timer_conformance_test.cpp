// Timer: the cases T1 to T5 of one timer's life, and what is refused.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/tests/support/timers.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::test {
namespace {

class TimerLife : public ConformanceTest {};

TEST_F(TimerLife, T1_TwoTimersDoNotShareTheirArguments) {
  std::vector<int> numbers;
  std::vector<std::size_t> seen;
  const auto grow = [&](std::vector<int>& own) {
    own.push_back(1);
    seen.push_back(own.size());
  };
  Timer first(1ms, [&, numbers]() mutable { grow(numbers); });
  Timer second(
      1ms, [&](std::vector<int> own) { grow(own); }, numbers);
  first.start();
  first.join();
  second.start();
  second.join();
  EXPECT_EQ(seen, (std::vector<std::size_t>{1, 1}));
  EXPECT_TRUE(numbers.empty());
}

TEST_F(TimerLife, T1_ArgumentsAreCopiesUnlessReferencesAreAsked) {
  std::string text = "before";
  std::string got;
  int count = 0;
  Timer timer(
      0ms,
      [&](const std::string& copy, int& reference) {
        got = copy;
        ++reference;
      },
      text, std::ref(count));
  text = "after";
  timer.start();
  timer.join();
  EXPECT_EQ(got, "before");
  EXPECT_EQ(count, 1);
}

TEST_F(TimerLife, T1_TakesWhatCanOnlyBeMovedAndFreesIt) {
  const auto token = std::make_shared<int>(7);
  int got = 0;
  {
    Timer timer(
        0ms, [&](std::unique_ptr<int> number) { got = *number; }, std::make_unique<int>(5));
    Timer never(kLong, [token] {});
    timer.start();
    never.start();
    timer.join();
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(got, 5);
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(TimerLife, T2_CancelledBeforeItsStartItNeverRuns) {
  std::atomic<int> ran{0};
  Timer timer(0ms, [&] { ++ran; });
  EXPECT_EQ(timer.cancel(), CancelResult::cancelled);
  EXPECT_EQ(timer.cancel(), CancelResult::cancelled);
  timer.start();
  timer.join();
  EXPECT_FALSE(timer.is_active());
  EXPECT_THROW(timer.start(), std::logic_error);
  std::this_thread::sleep_for(kGrace);
  EXPECT_EQ(ran, 0);
}

TEST_F(TimerLife, T2_CancelledDuringTheWaitItNeverRunsAndJoinReturnsAtOnce) {
  const auto cancelled_in_time = [] {
    constexpr auto kInterval = 30ms;
    std::atomic<int> ran{0};
    Timer timer(kInterval, [&] { ++ran; });
    const auto begin = SteadyClock::now();
    timer.start();
    const CancelResult result = timer.cancel();
    if (SteadyClock::now() - begin >= kInterval) return false;
    EXPECT_EQ(result, CancelResult::cancelled);
    timer.join();
    EXPECT_FALSE(timer.is_active());
    EXPECT_EQ(timer.cancel(), CancelResult::cancelled);
    std::this_thread::sleep_for(2 * kInterval);
    EXPECT_EQ(ran, 0);
    return true;
  };
  EXPECT_TRUE(eventually(cancelled_in_time));
}

TEST_F(TimerLife, T2_CancelWakesAThreadThatJoins) {
  Timer timer(kLong, [] {});
  timer.start();
  Waiter joiner([&] { timer.join(); });
  Waiter timed([&] { EXPECT_TRUE(timer.join_for(kLong)); });
  ASSERT_TRUE(joiner.waits());
  ASSERT_TRUE(timed.waits());
  EXPECT_EQ(timer.cancel(), CancelResult::cancelled);
}

TEST_F(TimerLife, T2_DestroyedWhilePendingItNeverRuns) {
  std::atomic<int> ran{0};
  int late = 0;  // destroyed when they may have run
  for (int i = 0; i < 100; ++i) {
    const std::chrono::milliseconds interval(i % 3 == 0 ? 20 : 30);
    const auto begin = SteadyClock::now();
    {
      Timer timer(interval, [&] { ++ran; });
      timer.start();
    }
    late += SteadyClock::now() - begin >= interval;
  }
  std::this_thread::sleep_for(50ms);
  EXPECT_LE(ran, late);
}

TEST_F(TimerLife, T3_CancelAfterTheCallbackSaysSo) {
  int ran = 0;
  Timer timer(1ms, [&] { ++ran; });
  timer.start();
  timer.join();
  EXPECT_EQ(timer.cancel(), CancelResult::already_fired);
  EXPECT_EQ(timer.cancel_and_wait(), CancelResult::already_fired);
  EXPECT_EQ(ran, 1);
}

TEST_F(TimerLife, T3_CancelWhileTheCallbackRunsSaysSoAndDoesNotWait) {
  HeldCallback callback;
  Timer timer(0ms, std::ref(callback));
  timer.start();
  ASSERT_TRUE(callback.begins());
  EXPECT_EQ(timer.cancel(), CancelResult::running);
  EXPECT_FALSE(callback.ended());
  callback.let_go();
  timer.join();
  EXPECT_TRUE(callback.ended());
}

TEST_F(TimerLife, T3_CancelAndWaitReturnsWhenTheCallbackHasEnded) {
  HeldCallback callback;
  Timer timer(0ms, std::ref(callback));
  timer.start();
  ASSERT_TRUE(callback.begins());
  Waiter canceller([&] {
    EXPECT_EQ(timer.cancel_and_wait(), CancelResult::already_fired);
    EXPECT_TRUE(callback.ended());
  });
  EXPECT_TRUE(canceller.waits());
  callback.let_go();
}

TEST_F(TimerLife, T3_TheDestructorWaitsForTheCallback) {
  HeldCallback callback;
  std::optional<Timer> timer(std::in_place, 0ms, std::ref(callback));
  timer->start();
  ASSERT_TRUE(callback.begins());
  Waiter destroyer([&] {
    timer.reset();
    EXPECT_TRUE(callback.ended());
  });
  EXPECT_TRUE(destroyer.waits());
  callback.let_go();
}

TEST_F(TimerLife, T3_InsideItsCallbackATimerCanBeCancelledWithoutDeadlock) {
  std::vector<CancelResult> results;
  std::optional<Timer> timer;
  timer.emplace(0ms, [&] {
    results.push_back(timer->cancel());
    results.push_back(timer->cancel_and_wait());
  });
  timer->start();
  timer->join();
  EXPECT_EQ(results, (std::vector{CancelResult::running, CancelResult::running}));
}

TEST_F(TimerLife, T3_InsideItsCallbackATimerCanBeDestroyed) {
  const auto token = std::make_shared<int>(7);
  Semaphore done(0);
  std::optional<Timer> timer;
  int after = 0;
  timer.emplace(0ms, [&timer, &done, &after, token] {
    timer.reset();
    after = *token;  // the function outlives its timer
    (void)done.release();
  });
  timer->start();
  done.acquire();
  EXPECT_EQ(after, 7);
  EXPECT_TRUE(eventually([&] { return token.use_count() == 1; }));
}

TEST_F(TimerLife, T3_ACallbackCancelsStartsAndWaitsForOthers) {
  Semaphore done(0);
  Timer pending(kLong, [] {});
  Timer next(0ms, [&] { (void)done.release(); });
  CancelResult result = CancelResult::running;
  Timer timer(0ms, [&] {
    result = pending.cancel_and_wait();
    pending.join();  // over: nothing to wait for
    next.start();
    EXPECT_THROW(next.join(), std::logic_error);
  });
  pending.start();
  timer.start();
  done.acquire();
  EXPECT_EQ(result, CancelResult::cancelled);
}

TEST_F(TimerLife, T4_ASecondStartIsAnError) {
  Timer timer(0ms, [] {});
  timer.start();
  EXPECT_THROW(timer.start(), std::logic_error);
  timer.join();
  EXPECT_THROW(timer.start(), std::logic_error);
}

TEST_F(TimerLife, T4_JoiningAnUnstartedTimerIsAnError) {
  Timer timer(0ms, [] {});
  EXPECT_THROW(timer.join(), std::logic_error);
  EXPECT_THROW((void)timer.join_for(1ms), std::logic_error);
  (void)timer.cancel();
  EXPECT_THROW(timer.join(), std::logic_error);
}

TEST_F(TimerLife, T4_JoiningInsideTheOwnCallbackIsAnError) {
  std::optional<Timer> timer;
  bool refused = false;
  timer.emplace(0ms, [&] {
    try {
      timer->join();
    } catch (const std::logic_error&) {
      refused = true;
    }
  });
  timer->start();
  timer->join();
  EXPECT_TRUE(refused);
}

TEST_F(TimerLife, T4_BadIntervalsAndEmptyFunctionsAreErrors) {
  EXPECT_THROW(Timer(-1ns, [] {}), std::invalid_argument);
  EXPECT_THROW(Timer(std::chrono::duration<double>(std::nan("")), [] {}), std::invalid_argument);
  EXPECT_THROW(Timer(0ms, std::function<void()>()), std::invalid_argument);
  void (*nothing)() = nullptr;
  EXPECT_THROW(Timer(0ms, nothing), std::invalid_argument);
}

TEST_F(TimerLife, T4_AnIntervalBeyondAllTimeIsForEver) {
  std::atomic<int> ran{0};
  Timer years(std::chrono::years(100'000), [&] { ++ran; });
  Timer more(std::chrono::duration<double>(1e300), [&] { ++ran; });
  Timer soon(1ms, [] {});
  years.start();
  more.start();
  soon.start();
  soon.join();
  EXPECT_TRUE(years.is_active() && more.is_active());
  EXPECT_EQ(years.cancel(), CancelResult::cancelled);
  EXPECT_EQ(more.cancel(), CancelResult::cancelled);
  EXPECT_EQ(ran, 0);
}

TEST_F(TimerLife, T5_IsActiveFromStartToEnd) {
  HeldCallback callback;
  Timer timer(5ms, std::ref(callback));
  EXPECT_FALSE(timer.is_active());
  timer.start();
  EXPECT_TRUE(timer.is_active());
  ASSERT_TRUE(callback.begins());
  EXPECT_TRUE(timer.is_active());
  EXPECT_FALSE(timer.join_for(2ms));
  callback.let_go();
  timer.join();
  EXPECT_FALSE(timer.is_active());
}

TEST_F(TimerLife, ATimerMovesWhileItRuns) {
  std::atomic<int> ran{0};
  Timer timer(2ms, [&] { ++ran; });
  timer.start();
  Timer moved(std::move(timer));
  moved.join();
  EXPECT_EQ(ran, 1);
  Timer other(kLong, [&] { ++ran; });
  other.start();
  other = std::move(moved);
  EXPECT_EQ(other.cancel(), CancelResult::already_fired);
  EXPECT_EQ(ran, 1);
}

TEST_F(TimerLife, T4_ATimerThatWasMovedFromIsNoneAndSaysSo) {
  Timer timer(1ms, [] {});
  Timer moved = std::move(timer);
  EXPECT_FALSE(timer.is_active());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(timer.cancel(), CancelResult::cancelled);
  EXPECT_EQ(timer.cancel_and_wait(), CancelResult::cancelled);
  EXPECT_THROW(timer.start(), std::logic_error);
  EXPECT_THROW(timer.join(), std::logic_error);
  moved.start();
  moved.join();
}

TEST(TimerDeathTest, AnExceptionThatLeavesACallbackEndsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        Timer timer(0ms, [] { throw std::runtime_error("from a callback"); });
        timer.start();
        timer.join();
      },
      "");
}

}  // namespace
}  // namespace proberen::test
