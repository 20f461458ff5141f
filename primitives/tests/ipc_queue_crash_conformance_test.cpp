// What becomes of an ipc::Queue when a process dies at a given step of put() or get(); and queues that are wrong in that, which show that
// the test can fail.
#include <gtest/gtest.h>

#include <signal.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <stop_token>
#include <vector>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/queue.hpp"

namespace proberen::test {
namespace {

using ipc::detail::LockOutcome;
using ipc::detail::RingStep;
using ipc::detail::RobustMutex;

/// What ships, but it kills its process at a step.
template <class L>
struct Mortal : ipc::detail::ShippedRing {
  using Lock = L;
  static inline std::optional<RingStep> fatal;
  static void reach(RingStep step) {
    if (fatal == step) ::raise(SIGKILL);
  }
};

using MortalQueue = ipc::BasicQueue<int, Mortal<RobustMutex>>;
/// Its locks do not know of deaths.
using FragileQueue = ipc::BasicQueue<int, Mortal<ipc::detail::PlainMutex<SharedPlatform>>>;

struct TellingMutex : RobustMutex {
  static inline bool owner_died = false;
  [[nodiscard]] LockOutcome acquire(Deadline deadline) noexcept {
    const LockOutcome outcome = RobustMutex::acquire(deadline);
    owner_died |= outcome == LockOutcome::owner_died;
    return outcome;
  }
};
/// Recovers from a death by throwing away the item that the dead may have been at, whole or not.
class DroppingQueue : public ipc::BasicQueue<int, Mortal<TellingMutex>> {
 public:
  using BasicQueue::BasicQueue;
  auto get_for(std::chrono::milliseconds timeout) const {
    auto item = BasicQueue::get_for(timeout);
    if (!std::exchange(TellingMutex::owner_died, false)) return item;
    return BasicQueue::get_for(timeout);
  }
};

struct Death {
  RingStep step;
  const char* name;
  bool putting;
  bool takes_effect;  ///< the put or the get of the dead
  std::size_t lost;
};
std::ostream& operator<<(std::ostream& out, const Death& death) { return out << death.name; }

constexpr Death kDeaths[] = {
    {RingStep::put_locked, "put_locked", true, false, 0},       {RingStep::put_begun, "put_begun", true, false, 1},
    {RingStep::put_half_copied, "put_half", true, false, 1},    {RingStep::put_copied, "put_copied", true, false, 1},
    {RingStep::put_committed, "put_committed", true, true, 0},  {RingStep::put_unlocked, "put_unlocked", true, true, 0},
    {RingStep::get_locked, "get_locked", false, false, 0},      {RingStep::get_copied, "get_copied", false, false, 0},
    {RingStep::get_committed, "get_committed", false, true, 1}, {RingStep::get_handed, "get_handed", false, true, 0},
    {RingStep::get_unlocked, "get_unlocked", false, true, 0},
};

template <class Q, class L>
void die_at(const Q& queue, const Death& death, int item) {
  Child child([&] {
    Mortal<L>::fatal = death.step;
    if (death.putting) (void)queue.put(item);
    if (!death.putting) (void)queue.get();
    return true;
  });
  ASSERT_FALSE(child.wait()) << "it should have died";
}

/// Whether others go on after a death at that step, three times over, and get all items but those that went with the dead.
template <class Q, class L>
[[nodiscard]] bool survives(const Death& death, std::chrono::milliseconds patience) {
  const Q queue(4);
  for (int round = 0; round < 3; ++round) {
    std::vector<int> expected = {0, 1};
    for (const int item : expected) {
      if (queue.put_for(item, patience) != QueueStatus::ok) return false;
    }
    die_at<Q, L>(queue, death, 2);
    if (death.takes_effect && death.putting) expected.push_back(2);
    if (death.takes_effect && !death.putting) expected.erase(expected.begin());
    if (queue.size() != expected.size()) return false;
    if (queue.put_for(3, patience) != QueueStatus::ok) return false;
    expected.push_back(3);
    for (const int item : expected) {
      auto got = queue.get_for(patience);
      if (!got || *got != item) return false;
    }
    if (queue.get_for(1ms).status() != QueueStatus::timeout) return false;
    if (queue.lost() != death.lost * static_cast<std::size_t>(round + 1)) return false;
  }
  return true;
}

class DyingAt : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, DyingAt, testing::ValuesIn(kDeaths), [](const auto& death) { return std::string(death.param.name); });

TEST_P(DyingAt, Q14_OthersGoOnAndLossesAreReported) { EXPECT_TRUE((survives<MortalQueue, RobustMutex>(GetParam(), 30s))); }

/// Of those deaths the ones that leave something to find.
class DyingDone : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, DyingDone, testing::Values(kDeaths[4], kDeaths[5], kDeaths[8], kDeaths[9], kDeaths[10]),
                         [](const auto& death) { return std::string(death.param.name); });

TEST_P(DyingDone, Q14_ASleeperFindsWhatTheDeadHasDone) {
  const MortalQueue queue(1);
  if (!GetParam().putting) (void)queue.put(1);
  Child sleeper(
      [&] { return GetParam().putting ? queue.get_for(30s).status() == QueueStatus::ok : queue.put_for(2, 30s) == QueueStatus::ok; });
  std::this_thread::sleep_for(kGrace);
  die_at<MortalQueue, RobustMutex>(queue, GetParam(), 1);
  EXPECT_TRUE(sleeper.wait());
}

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
    EXPECT_TRUE(waiter.waits());
    source.request_stop();
    waiter.join();
    EXPECT_EQ(told, QueueStatus::stopped);
    EXPECT_EQ(putting ? queue.put(2, source.get_token()) : queue.get(source.get_token()).status(), QueueStatus::stopped);
  }
}

TEST(KnownBadIpcQueue, Q14_ALockThatDoesNotKnowOfDeathsIsSeen) {
  EXPECT_FALSE((survives<FragileQueue, ipc::detail::PlainMutex<SharedPlatform>>(kDeaths[1], 100ms)));
  EXPECT_FALSE((survives<FragileQueue, ipc::detail::PlainMutex<SharedPlatform>>(kDeaths[7], 100ms)));
}

TEST(KnownBadIpcQueue, Q14_ARecoveryThatDropsWholeItemsIsSeen) { EXPECT_FALSE((survives<DroppingQueue, TellingMutex>(kDeaths[7], 1s))); }

}  // namespace
}  // namespace proberen::test
