// Conformance of ipc::PriorityQueue: order, room, waiting, between processes by each start method. What it has in common with ipc::Queue is
// asked of it by one priority. The cases are those of Boost.Interprocess's message_queue, restated; the number in a test's name is the
// case.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/as_queue.hpp"
#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/priority_queue.hpp"

namespace proberen::test {
namespace {

using ipc::PriorityQueue;
using ipc::StartMethod;

struct NewestFirst : ipc::detail::ShippedHeap {
  static constexpr bool kOldestFirst = false;
};

/// Whether items of random priorities come out as a stable sort has them, with others put in between.
template <class Q>
bool keeps_priorities(const Q& queue, std::uint32_t priorities) {
  std::minstd_rand random(7);
  std::vector<std::pair<std::uint32_t, int>> inside;  // in the order in which they must come
  for (int number = 0; number < 2000; ++number) {
    if (inside.size() < queue.capacity() && (inside.empty() || random() % 5 < 3)) {
      const auto priority = static_cast<std::uint32_t>(random() % priorities);
      if (queue.try_put(number, priority) != QueueStatus::ok) return false;
      const auto behind = std::upper_bound(inside.begin(), inside.end(), std::pair(priority, number),
                                           [](const auto& one, const auto& other) { return one.first > other.first; });
      inside.insert(behind, {priority, number});
    } else {
      const auto got = queue.try_get();
      if (!got || std::pair(got->priority, got->item) != inside.front()) return false;
      inside.erase(inside.begin());
    }
    if (queue.size() != inside.size()) return false;
  }
  return true;
}

PROBEREN_ENTRY(priority_queue_put, [](const PriorityQueue<int>& queue, int sender, int items) {
  for (int number = 0; number < items; ++number) {
    if (queue.put(number, static_cast<std::uint32_t>((sender + number) % 5)) != QueueStatus::ok) return 1;
  }
  return 0;
});
PROBEREN_ENTRY(priority_queue_sum, [](ipc::Descriptor descriptor, const PriorityQueue<std::int64_t>& sums) {
  const auto queue = PriorityQueue<int>::map(std::move(descriptor));
  std::int64_t sum = 0;
  while (auto next = queue.get()) sum += next->item + 1;
  (void)sums.put(sum, 0);
});
PROBEREN_ENTRY(priority_queue_echo, [](const PriorityQueue<std::string>& there, const PriorityQueue<std::string>& back) {
  while (auto text = there.get()) (void)back.put(text->item, text->priority + 1);
});

class PriorityQueueOfProcesses : public ipc::EveryMethod {};
INSTANTIATE_TEST_SUITE_P(Every, PriorityQueueOfProcesses, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         ipc::method_name);

TEST_P(PriorityQueueOfProcesses, Q13_WhatAChildPutsComesByPriority) {
  const PriorityQueue<int> queue(10);
  EXPECT_EQ(queue.put(-1, 2), QueueStatus::ok);
  EXPECT_EQ(context_.start("priority_queue_put", queue, 0, 9).join(), 0);
  EXPECT_TRUE(queue.full());
  for (const int item : {4, 3, 8, -1, 2, 7, 1, 6, 0, 5}) EXPECT_EQ(queue.try_get().value().item, item);
  EXPECT_EQ(queue.try_get().status(), QueueStatus::empty);
}

TEST_P(PriorityQueueOfProcesses, Q13_SerialisedItemsGoThereAndBackWithTheirPriorities) {
  const PriorityQueue<std::string> there(2);
  const PriorityQueue<std::string> back(2);
  ipc::Process process = context_.start("priority_queue_echo", there, back);
  for (const std::size_t size : {0U, 1U, 1024U}) {
    const auto priority = static_cast<std::uint32_t>(size);
    ASSERT_EQ(there.put(std::string(size, 'x'), priority), QueueStatus::ok);
    const auto answer = back.get_for(kLong);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->item, std::string(size, 'x'));
    EXPECT_EQ(answer->priority, priority + 1);
  }
  there.close();
  EXPECT_EQ(process.join(), 0);
}

TEST_P(PriorityQueueOfProcesses, Q13_ManySendersAndReceiversLoseAndDoubleNothing) {
  constexpr int kEach = 3;
  constexpr std::int64_t kItems = scaled(5000);
  const PriorityQueue<int> queue(16);
  const PriorityQueue<std::int64_t> sums(kEach);
  std::vector<ipc::Process> senders;
  std::vector<ipc::Process> receivers;
  for (int i = 0; i < kEach; ++i) {
    receivers.push_back(context_.start("priority_queue_sum", queue.duplicate_descriptor(), sums));
    senders.push_back(context_.start("priority_queue_put", queue, i, static_cast<int>(kItems)));
  }
  for (ipc::Process& sender : senders) EXPECT_EQ(sender.join(), 0);
  queue.close();
  for (ipc::Process& receiver : receivers) EXPECT_EQ(receiver.join(), 0);
  std::int64_t total = 0;
  for (int i = 0; i < kEach; ++i) total += sums.try_get().value().item;
  EXPECT_EQ(total, kEach * kItems * (kItems + 1) / 2);
  EXPECT_EQ(queue.lost(), 0U);
}

TEST(IpcPriorityQueue, Q13_TheHighestFirstAndEqualsInTheirOrder) {
  for (const std::size_t capacity : {1U, 2U, 3U, 7U, 64U}) {
    for (const std::uint32_t priorities : {1U, 2U, 5U, 1000U}) {
      EXPECT_TRUE(keeps_priorities(PriorityQueue<int>(capacity), priorities)) << capacity << ' ' << priorities;
    }
  }
  const PriorityQueue<int> queue(2);
  EXPECT_EQ(queue.put(1, 0), QueueStatus::ok);
  EXPECT_EQ(queue.put(2, ~std::uint32_t{0}), QueueStatus::ok);
  EXPECT_EQ(queue.get().value().item, 2);
}
TEST(KnownBadIpcPriorityQueue, Q13_TheNewestOfEqualsFirstIsSeen) {
  EXPECT_FALSE(keeps_priorities(ipc::BasicPriorityQueue<int, NewestFirst>(7), 2));
}

TEST(IpcPriorityQueue, Q13_ThreeMessagesOverflow) {
  const PriorityQueue<int> queue(3);
  for (int item = 0; item < 3; ++item) EXPECT_EQ(queue.put(item, 0), QueueStatus::ok);
  EXPECT_EQ(queue.try_put(3, 9), QueueStatus::full);
  EXPECT_EQ(queue.put(3, 9, false), QueueStatus::full);
  for (const auto timeout : {1000ns, 900'000ns, 40'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put_for(3, 9, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put(3, 9, true, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<SlowClock>(timeout, [&](auto instant) { return queue.put_until(3, 9, instant) != QueueStatus::timeout; }));
  }
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.get(true, 1s).value().item, 0);
  EXPECT_EQ(queue.put(3, 9, true, 1s), QueueStatus::ok);
  EXPECT_EQ(queue.get().value().item, 3);
}

TEST(IpcPriorityQueue, Q5_AllFormsOfGetOnAnEmptyQueue) {
  const PriorityQueue<int> queue(1);
  EXPECT_EQ(queue.get(false).status(), QueueStatus::empty);
  for (const auto timeout : {1000ns, 40'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get_for(t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get(true, t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(
        timeout, [&](auto instant) { return queue.get_until(instant).status() != QueueStatus::timeout; }));
  }
  EXPECT_THROW((void)queue.put(1, 0, false, 1s), std::invalid_argument);
  EXPECT_THROW((void)queue.get(true, -2s), std::invalid_argument);
}

TEST(IpcPriorityQueue, Q5_ByOnePriorityItIsAQueue) {
  for (const int capacity : {1, 2, 3, 64}) {
    AsQueue<int> queue(static_cast<std::size_t>(capacity));
    EXPECT_TRUE(keeps_order(queue, 1));
    EXPECT_TRUE(keeps_order(queue, capacity));
    EXPECT_TRUE(has_room_for(queue, capacity));
  }
  AsQueue<Item> queue(3);
  EXPECT_TRUE(delivers_each_once_in_order(queue, 3, 3, scaled(10'000)));
}

TEST(IpcPriorityQueue, Q5_WaitersAreWokenByTheOtherProcess) {
  const PriorityQueue<int> there(1);
  const PriorityQueue<int> back(1);
  Child echo([&] {
    while (const auto number = there.get()) (void)back.put(number->item, 1);
    return back.put(-1, 0) == QueueStatus::ok;
  });
  for (int round = 0; round < scaled(2000); ++round) {
    ASSERT_EQ(there.put_for(round, 0, kLong), QueueStatus::ok);
    ASSERT_EQ(back.get_for(kLong).value().item, round);
  }
  there.close();
  EXPECT_EQ(back.get_for(kLong).value().item, -1);
  EXPECT_TRUE(echo.wait());
}

TEST(IpcPriorityQueue, Q9_AClosedQueueTakesNothingAndGivesWhatItHas) {
  AsQueue<int> queue(4);
  EXPECT_TRUE(drains_after_close(queue));
  const PriorityQueue<int> empty(1);
  const PriorityQueue<int> full(1);
  (void)full.put(0, 0);
  Child getter([&] { return empty.get().status() == QueueStatus::closed; });
  Child putter([&] { return full.put(1, 7) == QueueStatus::closed; });
  std::this_thread::sleep_for(kGrace);
  empty.close();
  full.close();
  full.close();
  EXPECT_TRUE(full.closed());
  EXPECT_TRUE(getter.wait());
  EXPECT_TRUE(putter.wait());
}

TEST(IpcPriorityQueue, Q13_TooLargeItemsAreRefusedAndTakeNoRoom) {
  const PriorityQueue<std::string> queue(2, 56);
  EXPECT_EQ(queue.max_item_bytes(), 56U);
  EXPECT_EQ(ipc::message_of<std::system_error>([&] { (void)queue.put(std::string(57, 'x'), 0); }),
            "an item of 57 bytes in a queue for at most 56: Message too long");
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 55U, 56U}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7);
    ASSERT_EQ(queue.try_put(text, 1), QueueStatus::ok);
    ASSERT_EQ(queue.try_put(std::string(56, 'y'), 0), QueueStatus::ok);
    EXPECT_EQ(queue.try_put("", 2), QueueStatus::full);
    EXPECT_EQ(queue.try_get().value().item, text);
    EXPECT_EQ(queue.try_get().value().item, std::string(56, 'y'));
  }
}

TEST(IpcPriorityQueue, Q9_AHandleWithoutAQueueSaysSo) {
  const PriorityQueue<int> none;
  EXPECT_FALSE(none);
  EXPECT_THROW((void)none.put(1, 0), std::logic_error);
  EXPECT_THROW((void)PriorityQueue<std::string>::map(PriorityQueue<int>(1).duplicate_descriptor()), std::invalid_argument);
  EXPECT_THROW(PriorityQueue<int>(0), std::invalid_argument);
  EXPECT_THROW(PriorityQueue<int>(1000, std::size_t{1} << 40), std::invalid_argument);
  EXPECT_THROW(PriorityQueue<int>(1, ~std::size_t{0}), std::invalid_argument);
}

}  // namespace
}  // namespace proberen::test
