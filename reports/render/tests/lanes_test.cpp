#include "reports/render/lanes.hpp"

#include <gtest/gtest.h>

#include "reports/record/tests/sample_records.hpp"
#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

Event event(int thread, std::uint64_t begin, std::uint64_t end, const std::string& text = "op") {
  Event made;
  made.thread = thread;
  made.text = text;
  made.begin = begin;
  made.end = end;
  return made;
}

bool overlap(const Block& a, const Block& b) { return a.first_row <= b.last_row && b.first_row <= a.last_row; }

TEST(Lanes, RowsOverlapExactlyWhenCallsDo) {
  const std::vector<Event> events{event(0, 1, 4), event(1, 2, 3), event(1, 5, 9), event(2, 6, 7), event(0, 8, 0)};
  const Lanes lanes = lay_out(events);
  ASSERT_EQ(lanes.blocks.size(), events.size());
  for (const Block& a : lanes.blocks) {
    for (const Block& b : lanes.blocks) {
      if (&a == &b) continue;
      const auto end = [](const Event& e) { return e.end == 0 ? 1000 : e.end; };
      EXPECT_EQ(overlap(a, b), a.event->begin < end(*b.event) && b.event->begin < end(*a.event)) << a.event->begin << " " << b.event->begin;
    }
  }
}

TEST(Lanes, AThreadWhoseOwnEventsOverlapHasTwoLanes) {
  const std::vector<Event> events{event(0, 1, 4), event(0, 2, 3)};
  EXPECT_EQ(lay_out(events).threads, (std::vector<int>{0, 0}));
}

TEST(Lanes, TextShowsCallsResultsAndPlaces) {
  const Record record = samples::broken_queue();
  EXPECT_EQ(lanes_as_text(lay_out(record.failure->history), 80), (std::vector<std::string>{
                                                                     "before             thread 0           thread 1",
                                                                     "put(1) → none [1]",
                                                                     "                   ┌ put(2)",
                                                                     "                   └ → none [2]       ┌ get()",
                                                                     "                   get() pending [–]  └ → 2 [–]",
                                                                     kPlaceLegend,
                                                                 }));
}

TEST(Lanes, LongAndWideOnesAreCutAndSaySo) {
  std::vector<Event> events;
  for (int i = 0; i < 1000; ++i) events.push_back(event(i % 50, static_cast<std::uint64_t>(i) + 1, static_cast<std::uint64_t>(i) + 1));
  const Lanes lanes = lay_out(events, 100);
  EXPECT_EQ(lanes.left_out, (std::vector<std::string>{"the first 900 of 1,000 events are left out", "38 lanes are left out"}));
  for (const std::string& line : lanes_as_text(lanes, 200)) EXPECT_LE(columns(line), 200u);
  EXPECT_TRUE(lanes_as_text(lay_out({}), 80).empty());
}

TEST(Lanes, NonsenseIsShownAllTheSame) {
  const std::vector<Event> events{event(0, 5, 2, "ends before it begins"), event(0, 5, 5, "at the same time")};
  const Lanes lanes = lay_out(events);
  EXPECT_EQ(lanes.blocks.size(), 2u);
  EXPECT_EQ(lanes.rows, 1u);
}

}  // namespace
}  // namespace proberen::render
