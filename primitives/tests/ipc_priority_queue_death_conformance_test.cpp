// An ipc::PriorityQueue whose processes die: at a given step of put() or get(), and at random instants, hundreds of them, by each start
// method.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "primitives/tests/support/as_queue.hpp"
#include "primitives/tests/support/queue_deaths.hpp"
#include "primitives/tests/support/queue_slaughter.hpp"
#include "proberen/ipc/priority_queue.hpp"

namespace proberen::test {

template <class T, class Policy, int kNumber>
inline constexpr int kPriorities<AsQueue<T, Policy, kNumber>> = kNumber;

namespace {

using ipc::StartMethod;
using ipc::detail::RobustMutex;
using ipc::detail::ShippedHeap;

/// One who died in the middle leaves an index that is trusted.
struct TrustingHeap : ShippedHeap {
  static constexpr bool kIndexEndsWithOwner = false;
};

using MortalQueue = AsQueue<int, Mortal<ShippedHeap, RobustMutex>>;
using FragileQueue = AsQueue<int, Mortal<ShippedHeap, ipc::detail::PlainMutex<SharedPlatform>>>;
using TrustingQueue = AsQueue<int, Mortal<TrustingHeap, RobustMutex>>;

constexpr Death kOfIndex[] = {{RingStep::put_indexed, "put_indexed", true, true, 0},
                              {RingStep::get_indexed, "get_indexed", false, true, 0}};

std::vector<Death> deaths(bool that_leave_something) {
  std::vector<Death> those(std::begin(kOfIndex), std::end(kOfIndex));
  std::copy_if(std::begin(kDeaths), std::end(kDeaths), std::back_inserter(those), [&](const Death& death) {
    const bool in_two_halves = death.step == RingStep::put_half_copied;  // as a ring copies
    return !in_two_halves && (!that_leave_something || death.takes_effect);
  });
  return those;
}
Death death_at(RingStep step) {
  return *std::find_if(std::begin(kDeaths), std::end(kDeaths), [&](const Death& death) { return death.step == step; });
}
std::string death_name(const testing::TestParamInfo<Death>& death) { return death.param.name; }

class PriorityDyingAt : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, PriorityDyingAt, testing::ValuesIn(deaths(false)), death_name);
TEST_P(PriorityDyingAt, Q14_OthersGoOnAndLossesAreReported) { EXPECT_TRUE(survives<MortalQueue>(GetParam(), 30s)); }

class PriorityDyingDone : public testing::TestWithParam<Death> {};
INSTANTIATE_TEST_SUITE_P(Step, PriorityDyingDone, testing::ValuesIn(deaths(true)), death_name);
TEST_P(PriorityDyingDone, Q14_ASleeperFindsWhatTheDeadHasDone) { EXPECT_TRUE(wakes_after<MortalQueue>(GetParam())); }

/// The order that the dead left is made anew, not only the number.
TEST(IpcPriorityQueueDeath, Q14_TheOrderSurvives) {
  const ipc::BasicPriorityQueue<int, Mortal<ShippedHeap, RobustMutex>> queue(8);
  for (const int item : {3, 5, 1, 4, 2}) EXPECT_EQ(queue.put(item, static_cast<std::uint32_t>(item)), QueueStatus::ok);
  for (const RingStep step : {RingStep::put_copied, RingStep::put_indexed, RingStep::get_indexed}) {
    Child child([&] {
      fatal_step = step;
      (void)queue.put(6, 6);
      (void)queue.get();
      return true;
    });
    EXPECT_FALSE(child.wait());
  }
  EXPECT_EQ(queue.put(0, 0), QueueStatus::ok);
  // The first of the dead put nothing. The second put a 6; so did the third, whose get took the older of them along.
  for (const int item : {6, 5, 4, 3, 2, 1, 0}) EXPECT_EQ(queue.try_get().value().item, item);
  EXPECT_EQ(queue.lost(), 1U) << "what the first had begun";
}

TEST(KnownBadIpcPriorityQueue, Q14_ALockThatDoesNotKnowOfDeathsIsSeen) {
  EXPECT_FALSE(survives<FragileQueue>(death_at(RingStep::put_begun), 100ms));
  EXPECT_FALSE(survives<FragileQueue>(death_at(RingStep::get_copied), 100ms));
}
TEST(KnownBadIpcPriorityQueue, Q14_AnIndexThatOutlivesItsOwnerIsSeen) {
  EXPECT_FALSE(survives<TrustingQueue>(death_at(RingStep::put_committed), 1s));
  EXPECT_FALSE(survives<TrustingQueue>(death_at(RingStep::get_committed), 1s));
  for (const Death& death : kOfIndex) EXPECT_FALSE(survives<TrustingQueue>(death, 1s));
}

struct FragileHeap : ShippedHeap {
  using Lock = FragileMutex;
};
constexpr int kOfParcels = 4;
using ParcelQueue = AsQueue<Parcel, ShippedHeap, kOfParcels>;
using FragileParcelQueue = AsQueue<Parcel, FragileHeap, kOfParcels>;

PROBEREN_ENTRY(priority_queue_produce, produce<ParcelQueue>);
PROBEREN_ENTRY(priority_queue_consume, consume<ParcelQueue>);
PROBEREN_ENTRY(fragile_priority_queue_produce, produce<FragileParcelQueue>);
PROBEREN_ENTRY(fragile_priority_queue_consume, consume<FragileParcelQueue>);

class PriorityKilledAtRandom : public ipc::EveryMethod {};
INSTANTIATE_TEST_SUITE_P(Every, PriorityKilledAtRandom, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         ipc::method_name);

TEST_P(PriorityKilledAtRandom, Q14_PeersGoOnAndEveryCompletedItemArrivesOnce) {
  const int descriptors = ipc::count_descriptors();
  {
    ipc::Context context(GetParam());
    Slaughter<ParcelQueue> slaughter(context, "priority_", 60s);
    EXPECT_EQ(slaughter.run(4s, 40, 400), "");
    std::printf("%s\n", slaughter.figures().c_str());
  }
  EXPECT_EQ(ipc::count_descriptors(), descriptors);
}

TEST(KnownBadIpcPriorityQueue, Q14_APeerThatHangsIsSeen) {
  ipc::Context context(StartMethod::fork);
  Slaughter<FragileParcelQueue> slaughter(context, "fragile_priority_", 1s);
  EXPECT_NE(slaughter.run(20s, 40, 400), "");
}

}  // namespace
}  // namespace proberen::test
