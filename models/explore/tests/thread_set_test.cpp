// Sets of threads against sets of numbers, in both of their words and at the edges.

#include "proberen/explore/thread_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace proberen::explore {
namespace {

using Numbers = std::set<ThreadId>;

ThreadSet set_of(const Numbers& numbers) {
  ThreadSet set;
  for (const ThreadId number : numbers) set.add(number);
  return set;
}

Numbers numbers_in(ThreadSet set) {
  std::vector<ThreadId> found;
  for (const ThreadId thread : set) found.push_back(thread);
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  return {found.begin(), found.end()};
}

void expect_same(ThreadSet set, const Numbers& numbers) {
  EXPECT_EQ(numbers_in(set), numbers);
  EXPECT_EQ(set.empty(), numbers.empty());
  EXPECT_EQ(set.size(), numbers.size());
  for (ThreadId thread = 0; thread < kMaxThreads; ++thread) {
    EXPECT_EQ(set.contains(thread), numbers.contains(thread)) << thread;
    EXPECT_EQ(set.is_only(thread), numbers == Numbers{thread}) << thread;
    EXPECT_EQ((set.bits() >> thread & 1) != 0, numbers.contains(thread)) << thread;
  }
  unsigned below = 0;
  for (const ThreadId number : numbers) EXPECT_EQ(set.nth(below++), number);
  if (!numbers.empty()) {
    EXPECT_EQ(set.first(), *numbers.begin());
    EXPECT_EQ(set.last(), *numbers.rbegin());
  }
  EXPECT_EQ(numbers_in(ThreadSet::of_bits(set.bits())), numbers);
}

const Numbers kEdges{0, 1, 62, 63, 64, 65, 126, 127};

TEST(ThreadSet, IsEmptyAtFirst) { expect_same(ThreadSet(), {}); }

TEST(ThreadSet, HoldsOneOrTwo) {
  for (const ThreadId one : kEdges) {
    for (const ThreadId other : kEdges) {
      ThreadSet set = set_of({one, other});
      expect_same(set, {one, other});
      set.remove(other);
      expect_same(set, one == other ? Numbers{} : Numbers{one});
    }
  }
}

TEST(ThreadSet, HoldsWhatIsPutIn) {
  std::mt19937 random(1);
  ThreadSet set;
  Numbers numbers;
  for (int i = 0; i < 2000; ++i) {
    const auto thread = static_cast<ThreadId>(random() % kMaxThreads);
    if (random() % 2 == 0) {
      set.add(thread);
      numbers.insert(thread);
    } else {
      set.remove(thread);
      numbers.erase(thread);
    }
    if (i % 50 == 0) expect_same(set, numbers);
  }
}

TEST(ThreadSet, IsCutAndSifted) {
  const Numbers a{0, 3, 63, 64, 100, 127}, b{3, 62, 63, 100, 101};
  expect_same(set_of(a) & set_of(b), {3, 63, 100});
  expect_same(set_of(a) - set_of(b), {0, 64, 127});
  std::vector<ThreadId> asked;
  expect_same(set_of(a).where([&](ThreadId thread) {
    asked.push_back(thread);
    return thread % 2 == 0;
  }),
              {0, 64, 100});
  EXPECT_EQ(asked, std::vector<ThreadId>(a.begin(), a.end()));
}

TEST(ThreadSet, IsWalkedAsItWas) {
  ThreadSet set = set_of(kEdges);
  Numbers seen;
  for (const ThreadId thread : set) {
    seen.insert(thread);
    set = {};
  }
  EXPECT_EQ(seen, kEdges);
}

/// As a constant.
constexpr ThreadSet kPair = [] {
  ThreadSet set;
  set.add(5);
  set.add(70);
  return set;
}();
static_assert(kPair.contains(70) && !kPair.contains(6) && kPair.first() == 5 && kPair.nth(1) == 70 && kPair.size() == 2);

}  // namespace
}  // namespace proberen::explore
