// Producers and consumers of an ipc::Queue that are killed at random instants, hundreds of them, by each start method.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "primitives/tests/support/queue_slaughter.hpp"
#include "proberen/ipc/queue.hpp"

namespace proberen::test {
namespace {

using ipc::StartMethod;

struct FragileRing : ipc::detail::ShippedRing {
  using Lock = FragileMutex;
};
using RightQueue = ipc::Queue<Parcel>;
using FragileQueue = ipc::BasicQueue<Parcel, FragileRing>;

PROBEREN_ENTRY(queue_produce, produce<RightQueue>);
PROBEREN_ENTRY(queue_consume, consume<RightQueue>);
PROBEREN_ENTRY(fragile_queue_produce, produce<FragileQueue>);
PROBEREN_ENTRY(fragile_queue_consume, consume<FragileQueue>);

class KilledAtRandom : public ipc::EveryMethod {};
INSTANTIATE_TEST_SUITE_P(Every, KilledAtRandom, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         ipc::method_name);

TEST_P(KilledAtRandom, Q14_PeersGoOnAndEveryCompletedItemArrivesOnce) {
  const int descriptors = ipc::count_descriptors();
  {
    ipc::Context context(GetParam());
    Slaughter<RightQueue> slaughter(context, "", 60s);
    EXPECT_EQ(slaughter.run(4s, 40, 400), "");
    std::printf("%s\n", slaughter.figures().c_str());
  }
  EXPECT_EQ(ipc::count_descriptors(), descriptors);
}

TEST(KnownBadIpcQueue, Q14_APeerThatHangsIsSeen) {
  ipc::Context context(StartMethod::fork);
  Slaughter<FragileQueue> slaughter(context, "fragile_", 1s);
  EXPECT_NE(slaughter.run(20s, 40, 400), "");
}

}  // namespace
}  // namespace proberen::test
