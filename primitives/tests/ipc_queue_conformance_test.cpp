// Conformance of ipc::Queue: order, room, waiting, items of all kinds, between processes by each start method. The cases are those of
// Python's multiprocessing.Queue and of Boost.Interprocess's message_queue, restated; the number in a test's name is the case.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/queue_checks.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/queue.hpp"

namespace proberen::test {
namespace {

using ipc::Queue;
using ipc::StartMethod;

/// Serialised by cereal; one kind of it cannot be.
struct Task {
  std::string name;
  std::vector<int> numbers;

  template <class Archive>
  void save(Archive& archive) const {
    if (name == "unserialisable") throw std::runtime_error("cannot be serialised");
    archive(name, numbers);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(name, numbers);
    if (name == "indigestible") throw std::runtime_error("cannot be read back");
  }
};

struct Pair {
  std::int32_t producer;
  std::int32_t number;
};

PROBEREN_ENTRY(queue_put_numbers, [](const Queue<int>& queue, int from, int to) {
  for (int number = from; number < to; ++number) {
    if (queue.put(number) != QueueStatus::ok) return 1;
  }
  return 0;
});
PROBEREN_ENTRY(queue_echo, [](const Queue<Task>& questions, const Queue<Task>& answers) {
  while (auto task = questions.get()) {
    task->numbers.push_back(static_cast<int>(task->numbers.size()));
    (void)answers.put(*task);
  }
});
PROBEREN_ENTRY(queue_put_pairs, [](ipc::Descriptor descriptor, int producer, int items) {
  const auto queue = Queue<Pair>::map(std::move(descriptor));
  for (int number = 0; number < items; ++number) (void)queue.put({producer, number});
});
PROBEREN_ENTRY(queue_sum_pairs, [](const Queue<Pair>& queue, const Queue<std::int64_t>& sums) {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  while (auto pair = queue.get()) {
    sum += pair->number;
    ++count;
  }
  (void)sums.put(count);
  (void)sums.put(sum);
});

class QueueOfProcesses : public ipc::EveryMethod {};
INSTANTIATE_TEST_SUITE_P(Every, QueueOfProcesses, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         ipc::method_name);

TEST_P(QueueOfProcesses, Q6_WhatAChildPutsArrivesInOrderAndNothingElse) {
  const Queue<int> queue(20);
  EXPECT_EQ(queue.put(-1), QueueStatus::ok);
  EXPECT_EQ(context_.start("queue_put_numbers", queue, 0, 10).join(), 0);
  EXPECT_EQ(context_.start("queue_put_numbers", queue, 10, 19).join(), 0);
  EXPECT_TRUE(queue.full());
  for (int number = -1; number < 19; ++number) EXPECT_EQ(queue.try_get().value(), number);
  EXPECT_EQ(queue.try_get().status(), QueueStatus::empty);
}

TEST_P(QueueOfProcesses, Q5_ItemsThatCerealSerialisesGoThereAndBack) {
  const Queue<Task> questions(2);
  const Queue<Task> answers(2);
  ipc::Process process = context_.start("queue_echo", questions, answers);
  for (int size : {0, 1, 300}) {
    ASSERT_EQ(questions.put({std::string(static_cast<std::size_t>(size), 'x'), {}}), QueueStatus::ok);
    const auto answer = answers.get_for(kLong);
    ASSERT_TRUE(answer);
    EXPECT_EQ((*answer).name, std::string(static_cast<std::size_t>(size), 'x'));
    EXPECT_EQ((*answer).numbers, std::vector<int>{0});
  }
  questions.close();
  EXPECT_EQ(process.join(), 0);
}

TEST_P(QueueOfProcesses, Q13_ManySendersAndReceiversLoseAndDoubleNothing) {
  constexpr int kEach = 3;
  constexpr std::int64_t kItems = scaled(5000);
  const Queue<Pair> queue(16);
  const Queue<std::int64_t> sums(2 * kEach);
  std::vector<ipc::Process> senders;
  std::vector<ipc::Process> receivers;
  for (int i = 0; i < kEach; ++i) {
    receivers.push_back(context_.start("queue_sum_pairs", queue, sums));
    senders.push_back(context_.start("queue_put_pairs", queue.duplicate_descriptor(), i, static_cast<int>(kItems)));
  }
  for (ipc::Process& sender : senders) EXPECT_EQ(sender.join(), 0);
  queue.close();
  for (ipc::Process& receiver : receivers) EXPECT_EQ(receiver.join(), 0);
  std::int64_t total = 0;  // counts and sums together
  for (int i = 0; i < 2 * kEach; ++i) total += sums.try_get().value();
  EXPECT_EQ(total, kEach * (kItems + kItems * (kItems - 1) / 2));
  EXPECT_EQ(queue.lost(), 0U);
}

std::set<std::string> shared_memory_files() {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator("/dev/shm")) names.insert(file.path());
  return names;
}

TEST_P(QueueOfProcesses, Q6_NothingIsLeftBehind) {
  ASSERT_EQ(context_.start("queue_put_numbers", Queue<int>(1), 0, 0).join(), 0);  // so that a fork server is there already
  const int descriptors = ipc::count_descriptors();
  bool clean = false;
  for (int attempt = 0; attempt < 10 && !clean; ++attempt) {  // other programs may leave files there, but not each time
    const std::set<std::string> before = shared_memory_files();
    const Queue<int> queue(64);
    EXPECT_EQ(context_.start("queue_put_numbers", queue, 0, 64).join(), 0);
    EXPECT_EQ(Queue<int>::map(queue.duplicate_descriptor()).size(), 64U);
    const std::set<std::string> after = shared_memory_files();
    clean = std::includes(before.begin(), before.end(), after.begin(), after.end());
  }
  EXPECT_TRUE(clean);
  EXPECT_EQ(ipc::count_descriptors(), descriptors);
}

TEST(IpcQueue, Q5_ExactCapacityAndOrder) {
  for (const int capacity : {1, 2, 3, 64}) {
    Queue<int> queue(static_cast<std::size_t>(capacity));
    EXPECT_TRUE(keeps_order(queue, 1));
    EXPECT_TRUE(keeps_order(queue, capacity));
    EXPECT_TRUE(has_room_for(queue, capacity));
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.put(-1, false), QueueStatus::full);
  }
}

TEST(IpcQueue, Q5_AllFormsOfPutAndGetOnAFullAndAnEmptyQueue) {
  const Queue<int> queue(1);
  const auto get_until = [&](auto instant) { return queue.get_until(instant).status() != QueueStatus::timeout; };
  const auto put_until = [&](auto instant) { return queue.put_until(1, instant) != QueueStatus::timeout; };
  EXPECT_EQ(queue.get(false).status(), QueueStatus::empty);
  for (const auto timeout : {1000ns, 900'000ns, 40'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get_for(t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.get(true, t).status() != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, get_until));
  }
  EXPECT_EQ(queue.put(0, true, 1s), QueueStatus::ok);
  for (const auto timeout : {1000ns, 900'000ns, 40'000'000ns}) {
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put_for(1, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return queue.put(1, true, t) != QueueStatus::timeout; }));
    EXPECT_TRUE(gives_up_at<SlowClock>(timeout, put_until));
  }
  EXPECT_THROW((void)queue.put(1, false, 1s), std::invalid_argument);
  EXPECT_THROW((void)queue.get(true, -2s), std::invalid_argument);
  EXPECT_EQ(queue.get(true, kNoTimeout).value(), 0);
}

TEST(IpcQueue, Q5_WaitersAreWokenByTheOtherProcess) {
  const Queue<int> there(1);
  const Queue<int> back(1);
  Child echo([&] {
    while (const auto number = there.get()) (void)back.put(*number);
    return back.put(-1) == QueueStatus::ok;
  });
  for (int round = 0; round < scaled(2000); ++round) {
    ASSERT_EQ(there.put_for(round, kLong), QueueStatus::ok);
    ASSERT_EQ(back.get_for(kLong).value(), round);
  }
  there.close();
  EXPECT_EQ(back.get_for(kLong).value(), -1);
  EXPECT_TRUE(echo.wait());
}

TEST(IpcQueue, Q7_SizeFollowsPutsAndGets) {
  const Queue<int> queue(2);
  EXPECT_EQ(queue.size(), 0U);
  (void)queue.put(1);
  EXPECT_EQ(queue.size(), 1U);
  (void)queue.put(5);
  EXPECT_EQ(queue.size(), 2U);
  (void)queue.get();
  EXPECT_EQ(queue.size(), 1U);
  (void)queue.get();
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(queue.empty());
}

TEST(IpcQueue, Q8_AnItemThatCannotBeSerialisedThrowsAtTheCallerAndTakesNoSlot) {
  const Queue<Task> queue(1);
  EXPECT_THROW((void)queue.put({"unserialisable", {}}), std::runtime_error);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.try_put({"indigestible", {}}), QueueStatus::ok);
  EXPECT_THROW((void)queue.get(), std::runtime_error);
  EXPECT_EQ(queue.try_put({"good", {7}}), QueueStatus::ok);
  EXPECT_EQ(queue.get().value().name, "good");
  EXPECT_EQ(queue.lost(), 0U);
}

TEST(IpcQueue, Q9_AClosedQueueTakesNothingAndGivesWhatItHas) {
  Queue<int> queue(4);
  EXPECT_TRUE(drains_after_close(queue));
  queue.close();
  EXPECT_TRUE(queue.closed());
  EXPECT_EQ(queue.put_for(1, 1s), QueueStatus::closed);
  EXPECT_EQ(queue.get_for(1s).status(), QueueStatus::closed);
}

TEST(IpcQueue, Q9_CloseReleasesThoseWhoWait) {
  const Queue<int> empty(1);
  const Queue<int> full(1);
  (void)full.put(0);
  Child getter([&] { return empty.get().status() == QueueStatus::closed; });
  Child putter([&] { return full.put(1) == QueueStatus::closed; });
  std::this_thread::sleep_for(kGrace);
  empty.close();
  full.close();
  EXPECT_TRUE(getter.wait());
  EXPECT_TRUE(putter.wait());
}

TEST(IpcQueue, Q9_AHandleWithoutAQueueSaysSo) {
  const Queue<int> none;
  EXPECT_FALSE(none);
  EXPECT_THROW((void)none.put(1), std::logic_error);
  EXPECT_THROW((void)none.size(), std::logic_error);
  EXPECT_THROW((void)Queue<std::string>::map(Queue<int>(1).duplicate_descriptor()), std::invalid_argument);
  EXPECT_THROW((void)Queue<int>::map(ipc::SharedMemory::create(100).duplicate_descriptor()), std::invalid_argument);
  EXPECT_THROW(Queue<int>(0), std::invalid_argument);
  EXPECT_THROW(Queue<int>(1000, std::size_t{1} << 40), std::invalid_argument);
  EXPECT_THROW(Queue<int>(1, ~std::size_t{0}), std::invalid_argument);
}

TEST(IpcQueue, Q13_LargeItemsTakeTheRoomOfSeveralAndTooLargeOnesAreRefused) {
  const Queue<std::string> queue(8, 56);
  const std::size_t most = queue.max_item_bytes();
  EXPECT_EQ(most, 8U * 64 - 8);
  EXPECT_EQ(ipc::message_of<std::system_error>([&] { (void)queue.put(std::string(most + 1, 'x')); }),
            "an item of 505 bytes in a queue for at most 504: Message too long");
  for (std::size_t size = 0; size <= most; size = size < 3 ? size + 1 : size * 2 + 1) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7);
    ASSERT_EQ(queue.try_put(text), QueueStatus::ok) << size;
    ASSERT_EQ(queue.try_get().value(), text);
  }
  ASSERT_EQ(queue.try_put(std::string(most - 64, 'x')), QueueStatus::ok);
  EXPECT_EQ(queue.try_put(std::string(56, 'y')), QueueStatus::ok);
  EXPECT_EQ(queue.try_put("z"), QueueStatus::full) << "the room is gone, though there are two items only";
  EXPECT_EQ(queue.try_get().value().size(), most - 64);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(queue.try_put(std::string(56, 'z')), QueueStatus::ok) << "room for the capacity of ordinary items";
  EXPECT_EQ(queue.try_put(""), QueueStatus::full);
}

TEST(IpcQueue, Q13_ThreadsToo) {
  Queue<Item> queue(3);
  EXPECT_TRUE(delivers_each_once_in_order(queue, 3, 3, scaled(10'000)));
}

/// As SharedPlatform, and counts the system calls.
struct CountingPlatform : SharedPlatform {
  static inline std::atomic<int> calls{0};
  static bool park(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) noexcept {
    ++calls;
    return SharedPlatform::park(word, expected, deadline);
  }
  static bool park(const std::atomic<std::uint64_t>& word, std::uint32_t expected, Deadline deadline) noexcept {
    ++calls;
    return SharedPlatform::park(word, expected, deadline);
  }
  template <class Word>
  static void unpark(const Word& word, std::uint32_t count) noexcept {
    ++calls;
    SharedPlatform::unpark(word, count);
  }
};

struct CountedRing {
  ipc::detail::MessageRing<CountingPlatform> ring{1024, 1 << 14};
  std::byte memory[8 << 14];
};

TEST(IpcQueue, Q13_NoSystemCallPerMessageWhileBothSidesRun) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "both sides run by turns";
  if (kSlowdown > 1) GTEST_SKIP() << "a sanitizer makes a message so dear that the other side sleeps meanwhile";
  constexpr int kMessages = scaled(200'000);
  const auto few = [] { return CountingPlatform::calls < kMessages / 50; };
  const auto run_once = [&] {
    CountingPlatform::calls = 0;
    const auto shared = ipc::Shared<CountedRing>::create();
    Child getter([&] {
      const auto take = [](auto, auto) {};
      for (int i = 0; i < kMessages; ++i) (void)shared->ring.get(take, true, kForever);
      return few();
    });
    const std::byte message[64]{};
    for (int i = 0; i < kMessages; ++i) (void)shared->ring.put(message, true, kForever);
    return getter.wait() && few();
  };
  bool well = false;
  for (int attempt = 0; attempt < 5 && !well; ++attempt) well = run_once();  // others may keep one side off its core
  EXPECT_TRUE(well);
}

}  // namespace
}  // namespace proberen::test
