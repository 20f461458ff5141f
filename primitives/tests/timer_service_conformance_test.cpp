// TimerService: the cases T6 and T7, many timers on one thread, and what a fork leaves of them.

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "primitives/process/launch.hpp"
#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/timers.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::test {
namespace {

class ServedTimers : public ConformanceTest {};

/// Starts timers of these intervals at once; whether each ran once, and none before its time.
template <class MakeTimer>
bool all_fire_in_time(const std::vector<std::chrono::nanoseconds>& intervals, MakeTimer make_timer) {
  std::vector<SteadyClock::time_point> begun(intervals.size());
  std::vector<SteadyClock::time_point> fired(intervals.size());
  std::vector<int> times(intervals.size(), 0);
  auto timers = std::deque<decltype(make_timer(intervals[0], [] {}))>();
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    timers.push_back(make_timer(intervals[i], [&, i] {
      fired[i] = SteadyClock::now();
      ++times[i];
    }));
    begun[i] = SteadyClock::now();
    timers.back().start();
  }
  bool right = true;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    timers[i].join();
    right &= times[i] == 1 && fired[i] >= begun[i] + intervals[i];
  }
  return right;
}

std::vector<std::chrono::nanoseconds> intervals_from_a_microsecond_to_a_second() {
  std::vector<std::chrono::nanoseconds> intervals{1s, 0ns, 1ns};
  std::mt19937 random(3);
  for (std::chrono::nanoseconds scale : {1us, 10us, 100us, 1000us, 10'000us, 100'000us}) {
    for (int i = 0; i < 50; ++i) intervals.push_back(scale * (10 + static_cast<int>(random() % 90)) / 10);
  }
  std::shuffle(intervals.begin(), intervals.end(), random);
  return intervals;
}

TEST_F(ServedTimers, T6_NeverEarlyFromAMicrosecondToASecond) {
  EXPECT_TRUE(
      all_fire_in_time(intervals_from_a_microsecond_to_a_second(), [](auto interval, auto callback) { return Timer(interval, callback); }));
}

TEST_F(ServedTimers, T6_ATimerThatIsEarlyIsSeen) {
  const auto hasty = [](auto interval, auto callback) { return Timer(interval / 2, callback); };
  EXPECT_TRUE(eventually([&] { return !all_fire_in_time({2ms, 3ms}, hasty); }));
}

TEST_F(ServedTimers, T6_InTheOrderOfTheirDeadlinesWhateverTheOrderOfTheirStarts) {
  TimerService service;
  std::vector<int> order;
  std::deque<Timer> timers;
  HeldCallback gate;  // until all are started, so that no start comes too late for its place
  Timer first(service, 0ms, std::ref(gate));
  first.start();
  ASSERT_TRUE(gate.begins());
  for (const int place : {4, 1, 3, 0, 2}) {
    timers.emplace_back(service, std::chrono::milliseconds(5 * (place + 1)), [&order, place] { order.push_back(place); });
  }
  for (Timer& timer : timers) timer.start();
  gate.let_go();
  for (Timer& timer : timers) timer.join();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(ServedTimers, T6_AnEarlierDeadlineWakesAServiceThatSleepsForALaterOne) {
  TimerService service;
  Timer late(service, kLong, [] {});
  late.start();
  std::this_thread::sleep_for(kGrace);
  Timer soon(service, 1ms, [] {});
  soon.start();
  soon.join();
  EXPECT_TRUE(late.is_active());
}

TEST_F(ServedTimers, T6_SignalsDoNotFireATimerEarlyNorEndAJoin) {
  const CountSignals handler;
  const auto begin = SteadyClock::now();
  std::atomic<bool> early{false};
  Timer timer(50ms, [&] { early = SteadyClock::now() < begin + 50ms; });
  timer.start();
  Waiter joiner([&] {
    timer.join();
    let_handlers_run();
  });
  pester(joiner);
  EXPECT_FALSE(early);
  EXPECT_GT(signals_handled, 0);
}

struct Tally {
  int wrong = 0;  ///< timers that ran more than once, or whose callback and whose cancel tell different stories
  int cancelled = 0;
  int too_late = 0;  ///< the cancel came after the callback had begun
};

/// T7, for any kind of timer: many of them, half of them cancelled by two threads while they fire.
template <class MakeTimer>
Tally cancel_half(int count, MakeTimer make_timer) {
  std::vector<std::atomic<int>> ran(static_cast<std::size_t>(count));
  std::vector<std::optional<CancelResult>> told(static_cast<std::size_t>(count));
  std::deque<decltype(make_timer(1ns, [] {}))> timers;
  std::mt19937 random(7);
  for (int i = 0; i < count; ++i) {
    timers.push_back(make_timer(std::chrono::microseconds(random() % 20'000), [&, i] { ++ran[static_cast<std::size_t>(i)]; }));
  }
  run_threads(2, [&](int canceller) {
    for (int i = canceller; i < count; i += 2) timers[static_cast<std::size_t>(i)].start();
    for (int i = canceller * 2; i < count; i += 4) {
      const auto n = static_cast<std::size_t>(i);
      told[n] = i % 8 < 4 ? timers[n].cancel() : timers[n].cancel_and_wait();
      if (i % 64 == 0) std::this_thread::sleep_for(20us);  // so that the cancels last as long as the intervals do
    }
  });
  Tally tally;
  for (std::size_t n = 0; n < timers.size(); ++n) {
    timers[n].join();
    const bool cancelled = told[n] == CancelResult::cancelled;
    if (told[n]) ++(cancelled ? tally.cancelled : tally.too_late);
    if (ran[n] != (cancelled ? 0 : 1)) ++tally.wrong;
  }
  return tally;
}

TEST_F(ServedTimers, T7_TenThousandTimersHalfOfThemCancelledRunUnlessCancelled) {
  Tally all;
  int rounds = 0;
  EXPECT_TRUE(eventually([&] {
    TimerService service;
    const Tally tally = cancel_half(10'000, [&](auto interval, auto callback) { return Timer(service, interval, callback); });
    EXPECT_EQ(tally.wrong, 0);
    all.cancelled += tally.cancelled;
    all.too_late += tally.too_late;
    return (++rounds >= 5 && all.cancelled > 0 && all.too_late > 0) || HasFailure();
  }));
}

/// Says that it has been cancelled when it is running already, as Python's Timer may.
class BoastfulTimer : public Timer {
 public:
  using Timer::Timer;
  CancelResult cancel() {
    (void)Timer::cancel();
    return CancelResult::cancelled;
  }
};

TEST_F(ServedTimers, T7_ACancelThatPromisesTooMuchIsSeen) {
  TimerService service;
  const auto make = [&](auto interval, auto callback) { return BoastfulTimer(service, interval, callback); };
  EXPECT_TRUE(eventually([&] { return cancel_half(10'000, make).wrong > 0; }));
}

TEST_F(ServedTimers, T7_EachCancelWinsOnceAgainstTheCallback) {
  std::array<int, 2> seen{};
  const auto race = [&](int round) {
    std::atomic<int> ran{0};
    Timer timer(std::chrono::microseconds(round % 40), [&] { ++ran; });
    timer.start();
    for (int spins = round % 500; spins > 0; --spins) NativePlatform::relax();
    const bool cancelled = timer.cancel_and_wait() == CancelResult::cancelled;
    EXPECT_EQ(ran, cancelled ? 0 : 1);
    ++seen[cancelled ? 1 : 0];
  };
  // On a busy machine the service may not have its turn all the time.
  EXPECT_TRUE(eventually([&] {
    for (int round = 0; round < scaled(20'000) && !HasFailure(); ++round) race(round);
    return (seen[0] > 0 && seen[1] > 0) || HasFailure();
  }));
}

// A timer at the address of one that was cancelled a moment ago is another timer (picotcp #308), and the one before never fires.
TEST_F(ServedTimers, T7_AReusedAddressIsAnotherTimer) {
  std::atomic<int> cancelled_ran{0};
  int expected = 0;
  std::atomic<int> ran{0};
  std::optional<Timer> timer;
  for (int round = 0; round < scaled(20'000); ++round) {
    auto cancelled = std::make_shared<bool>(false);
    timer.emplace(10us, [&, cancelled] { *cancelled ? ++cancelled_ran : ++ran; });
    timer->start();
    if (timer->cancel() == CancelResult::cancelled) {
      *cancelled = true;
    } else {
      ++expected;
    }
  }
  timer.reset();
  EXPECT_EQ(cancelled_ran, 0);
  EXPECT_EQ(ran, expected);
}

// A callback is not lost between timers that are started and destroyed all the time (iceoryx #270, FreeRTOS #16).
TEST_F(ServedTimers, T7_NoCallbackIsLostAmongStartsAndDestructions) {
  TimerService service;
  std::atomic<int> ran{0};
  run_threads(4, [&](int thread) {
    for (int round = 0; round < scaled(2'000); ++round) {
      Timer passing(service, std::chrono::microseconds(round % 50), [] {});
      passing.start();
      if (round % 10 != thread) continue;
      Timer kept(service, 20us, [&] { ++ran; });
      kept.start();
      kept.join();
    }
  });
  EXPECT_EQ(ran, 4 * scaled(2'000) / 10);
  EXPECT_EQ(service.pending(), 0U);
}

TEST_F(ServedTimers, AHundredThousandPendingTimersAddOneThread) {
  const auto before = ipc::detail::count_threads();
  TimerService service;
  EXPECT_EQ(ipc::detail::count_threads(), before) << "a service without timers has no thread";
  const int count = scaled(100'000);
  std::atomic<int> ran{0};
  std::deque<Timer> timers;
  std::mt19937 random(5);
  for (int i = 0; i < count; ++i) {
    timers.emplace_back(service, kLong + std::chrono::microseconds(random() % 1'000'000), [&] { ++ran; });
    timers.back().start();
  }
  EXPECT_EQ(service.pending(), static_cast<std::size_t>(count));
  EXPECT_EQ(ipc::detail::count_threads(), before + 1);
  for (int i = 0; i < count; i += 2) EXPECT_EQ(timers[static_cast<std::size_t>(i)].cancel(), CancelResult::cancelled);
  EXPECT_EQ(service.pending(), static_cast<std::size_t>(count / 2));
  timers.clear();
  EXPECT_EQ(service.pending(), 0U);
  EXPECT_EQ(ran, 0);
}

TEST_F(ServedTimers, AServiceThatEndsCancelsWhatIsPendingAndWaitsForWhatRuns) {
  HeldCallback callback;
  std::optional<TimerService> service(std::in_place);
  Timer running(*service, 0ms, std::ref(callback));
  std::atomic<int> ran{0};
  Timer pending(*service, 0ms, [&] { ++ran; });
  Timer unstarted(*service, 0ms, [&] { ++ran; });
  running.start();
  ASSERT_TRUE(callback.begins());
  pending.start();
  Waiter ender([&] { service.reset(); });
  EXPECT_TRUE(ender.waits());
  callback.let_go();
  pending.join();
  ender.join();
  EXPECT_TRUE(callback.ended());
  EXPECT_EQ(pending.cancel(), CancelResult::cancelled);
  EXPECT_THROW(unstarted.start(), std::logic_error);
  EXPECT_EQ(ran, 0);
}

#if !defined(__SANITIZE_THREAD__)  // ThreadSanitizer refuses threads in the child of a program with threads

TEST_F(ServedTimers, AChildOfAForkHasNoPendingTimersAndStartsAnew) {
  std::atomic<int> ran{0};
  Timer pending(kLong, [&] { ++ran; });
  HeldCallback callback;
  TimerService busy;
  Timer running(busy, 0ms, std::ref(callback));
  running.start();
  ASSERT_TRUE(callback.begins());
  pending.start();
  Child child([&] {
    bool well = TimerService::shared().pending() == 0 && !pending.is_active() && pending.cancel() == CancelResult::cancelled;
    pending.join();
    running.join();  // its callback belongs to the parent
    well &= running.cancel_and_wait() == CancelResult::already_fired;
    for (TimerService* const service : {&TimerService::shared(), &busy}) {
      int own = 0;
      Timer timer(*service, 1ms, [&] { ++own; });
      timer.start();
      timer.join();
      well &= own == 1;
    }
    return well && ran == 0;
  });
  EXPECT_TRUE(child.wait());
  EXPECT_EQ(pending.cancel(), CancelResult::cancelled) << "the parent's timers go on";
  EXPECT_EQ(ran, 0);
  callback.let_go();
  running.join();
}

#if !defined(__SANITIZE_ADDRESS__)  // whose allocator (GCC 12's) may be forked with a lock held by the thread that starts timers

TEST_F(ServedTimers, ForksAmongStartsAndCancelsNeverDeadlock) {
  std::atomic<bool> enough{false};
  std::jthread starter([&] {
    while (!enough) {
      Timer timer(std::chrono::microseconds(5), [] {});
      timer.start();
    }
  });
  for (int round = 0; round < scaled(100); ++round) {
    Child child([] {
      Timer timer(10us, [] {});
      timer.start();
      timer.join();
      return true;
    });
    EXPECT_TRUE(child.wait());
  }
  enough = true;
}

#endif

TEST_F(ServedTimers, ACallbackMayFork) {
  bool well = false;
  Timer timer(0ms, [&] {
    Child child([&] {
      Timer own(1ms, [] {});
      own.start();
      return timer.cancel() == CancelResult::running;
    });
    well = child.wait();
  });
  timer.start();
  timer.join();
  EXPECT_TRUE(well);
}

#endif

}  // namespace
}  // namespace proberen::test
