// What becomes of an ipc::Queue when a process dies at a given step of put() or get(); and queues that are wrong in that, which show that
// the test can fail.
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <utility>

#include "primitives/tests/support/queue_deaths.hpp"
#include "proberen/ipc/queue.hpp"

namespace proberen::test {
namespace {

using ipc::detail::LockOutcome;
using ipc::detail::RobustMutex;
using ipc::detail::ShippedRing;

using MortalQueue = ipc::BasicQueue<int, Mortal<ShippedRing, RobustMutex>>;
/// Its locks do not know of deaths.
using FragileQueue = ipc::BasicQueue<int, Mortal<ShippedRing, ipc::detail::PlainMutex<SharedPlatform>>>;

struct TellingMutex : RobustMutex {
  static inline bool owner_died = false;
  [[nodiscard]] LockOutcome acquire(Deadline deadline) noexcept {
    const LockOutcome outcome = RobustMutex::acquire(deadline);
    owner_died |= outcome == LockOutcome::owner_died;
    return outcome;
  }
};
/// Recovers from a death by throwing away the item that the dead may have been at, whole or not.
class DroppingQueue : public ipc::BasicQueue<int, Mortal<ShippedRing, TellingMutex>> {
 public:
  using BasicQueue::BasicQueue;
  auto get_for(std::chrono::milliseconds timeout) const {
    auto item = BasicQueue::get_for(timeout);
    if (!std::exchange(TellingMutex::owner_died, false)) return item;
    return BasicQueue::get_for(timeout);
  }
};

class DyingAt : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, DyingAt, testing::ValuesIn(kDeaths), [](const auto& death) { return std::string(death.param.name); });

TEST_P(DyingAt, Q14_OthersGoOnAndLossesAreReported) { EXPECT_TRUE(survives<MortalQueue>(GetParam(), 30s)); }

/// Of those deaths the ones that leave something to find.
class DyingDone : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, DyingDone, testing::Values(kDeaths[4], kDeaths[5], kDeaths[8], kDeaths[9], kDeaths[10]),
                         [](const auto& death) { return std::string(death.param.name); });

TEST_P(DyingDone, Q14_ASleeperFindsWhatTheDeadHasDone) { EXPECT_TRUE(wakes_after<MortalQueue>(GetParam())); }

/// What ships, but it stops its process at a step.
struct Halting : ipc::detail::ShippedRing {
  static inline bool halts = false;
  static void reach(RingStep step) {
    if (halts && (step == RingStep::put_locked || step == RingStep::get_locked)) ::raise(SIGSTOP);
  }
};

/// It holds up its side of the queue, but nobody who is told to stop.
TEST(StoppedAt, AStopEndsTheWaitForAProcessThatIsStopped) {
  for (const bool putting : {true, false}) {
    const ipc::BasicQueue<int, Halting> queue(4);
    const Child child([&] {
      Halting::halts = true;
      return putting ? queue.put(1) == QueueStatus::ok : queue.get().status() == QueueStatus::ok;
    });
    int status = 0;
    ASSERT_EQ(::waitpid(child.id(), &status, WUNTRACED), child.id());
    ASSERT_TRUE(WIFSTOPPED(status));
    std::stop_source source;
    QueueStatus told = QueueStatus::ok;
    Waiter waiter([&] { told = putting ? queue.put(2, source.get_token()) : queue.get(source.get_token()).status(); });
    std::this_thread::sleep_for(kGrace);  // under ThreadSanitizer it waits without sleeping
    EXPECT_FALSE(waiter.done());
    source.request_stop();
    waiter.join();
    EXPECT_EQ(told, QueueStatus::stopped);
    EXPECT_EQ(putting ? queue.put(2, source.get_token()) : queue.get(source.get_token()).status(), QueueStatus::stopped);
  }
}

TEST(KnownBadIpcQueue, Q14_ALockThatDoesNotKnowOfDeathsIsSeen) {
  EXPECT_FALSE(survives<FragileQueue>(kDeaths[1], 100ms));
  EXPECT_FALSE(survives<FragileQueue>(kDeaths[7], 100ms));
}

TEST(KnownBadIpcQueue, Q14_ARecoveryThatDropsWholeItemsIsSeen) { EXPECT_FALSE(survives<DroppingQueue>(kDeaths[7], 1s)); }

}  // namespace
}  // namespace proberen::test
