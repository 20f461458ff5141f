/// Memory, locks and semaphores that processes share.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/lock.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/lifo_queue.hpp"
#include "proberen/lock.hpp"
#include "proberen/priority_queue.hpp"
#include "proberen/queue.hpp"
#include "proberen/rlock.hpp"
#include "proberen/scope.hpp"
#include "proberen/semaphore.hpp"
#include "proberen/thread_local.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

// What says that it is for one process, and what does not. That Shared refuses the first: shared_type.cpp.
template <class... T>
inline constexpr bool kAllPrivate = (kIsProcessPrivate<T> && ...);
template <class... T>
inline constexpr bool kNonePrivate = !(kIsProcessPrivate<T> || ...);
static_assert(
    kAllPrivate<proberen::Lock, const proberen::Lock, proberen::Lock[2], std::array<proberen::Lock, 2>, RLock, proberen::Semaphore,
                proberen::BoundedSemaphore, proberen::Queue<int>, LifoQueue<int>, PriorityQueue<int>, ThreadLocal<int>>);
static_assert(kNonePrivate<Lock, PlainLock, PlainLock[2], Semaphore, BoundedSemaphore, int, std::atomic<int>, std::array<int, 2>>);

/// What children change together.
struct Workshop {
  PlainLock lock;
  Semaphore done{0};
  /// Atomic, so that a lost update is no undefined behaviour; the load and the store are apart on purpose.
  std::atomic<int> counter{0};
};

PROBEREN_ENTRY(count_up, [](Descriptor memory, int rounds, bool locked) {
  const auto workshop = Shared<Workshop>::map(std::move(memory));
  for (int round = 0; round < rounds; ++round) {
    if (locked) workshop->lock.lock();
    const int seen = workshop->counter.load(std::memory_order_relaxed);
    ::sched_yield();
    workshop->counter.store(seen + 1, std::memory_order_relaxed);
    if (locked) workshop->lock.unlock();
  }
  (void)workshop->done.release();
});

/// One update whose load and store are as far apart as the caller says.
PROBEREN_ENTRY(slow_update, [](Descriptor memory, const Descriptor& loaded, const Descriptor& proceed) {
  const auto workshop = Shared<Workshop>::map(std::move(memory));
  const int seen = workshop->counter.load(std::memory_order_relaxed);
  write_text(loaded, "x");
  char byte;
  (void)!::read(proceed.get(), &byte, 1);
  workshop->counter.store(seen + 1, std::memory_order_relaxed);
});

class SharingTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, SharingTest, every_way(), way_name);

TEST_P(SharingTest, ChildrenShareALockAndASemaphore) {
  constexpr int kChildren = 4;
  constexpr int kRounds = 500;
  const auto workshop = Shared<Workshop>::create();
  std::vector<Process> processes;
  for (int number = 0; number < kChildren; ++number) {
    processes.push_back(context_.start("count_up", workshop.duplicate_descriptor(), kRounds, true));
  }
  for (int number = 0; number < kChildren; ++number) EXPECT_TRUE(workshop->done.acquire(true, 60s));
  EXPECT_EQ(workshop->counter.load(), kChildren * kRounds);
  EXPECT_FALSE(workshop->lock.locked());
  for (Process& process : processes) EXPECT_EQ(process.join(), 0);
}

TEST_P(SharingTest, WithoutTheLockUpdatesAreLost) {
  const auto workshop = Shared<Workshop>::create();
  Pipe loaded;
  Pipe proceed;
  Process process = context_.start("slow_update", workshop.duplicate_descriptor(), std::move(loaded.writer), std::move(proceed.reader));
  wait_until_readable(loaded.reader);
  // Between the child's load and its store.
  EXPECT_EQ(context_.start("count_up", workshop.duplicate_descriptor(), 10, false).join(), 0);
  write_text(proceed.writer, "x");
  EXPECT_EQ(process.join(), 0);
  EXPECT_EQ(workshop->counter.load(), 1) << "ten updates are lost";
}

TEST(SharedMemoryTest, MapsTheSameBytesTwice) {
  SharedMemory first = SharedMemory::create(100);
  ASSERT_EQ(first.size(), 100u);
  const SharedMemory second = SharedMemory::map(first.duplicate_descriptor());
  ASSERT_EQ(second.size(), 100u);
  EXPECT_NE(first.data(), second.data());
  static_cast<char*>(first.data())[99] = 'x';
  EXPECT_EQ(static_cast<const char*>(second.data())[99], 'x');
  const SharedMemory moved = std::move(first);
  EXPECT_EQ(static_cast<const char*>(moved.data())[99], 'x');
}

TEST(SharedMemoryTest, RefusesWhatCannotBeMapped) {
  EXPECT_THROW((void)SharedMemory::create(0), std::invalid_argument);
  EXPECT_THROW((void)SharedMemory::create(std::size_t{1} << 62), std::system_error);
  EXPECT_THROW((void)SharedMemory::map(Descriptor()), std::system_error);
  EXPECT_THROW((void)Shared<Workshop>::map(SharedMemory::create(1).duplicate_descriptor()), std::bad_alloc);
  // Nobody can take the memory away from under another process.
  const SharedMemory memory = SharedMemory::create(100);
  EXPECT_EQ(::ftruncate(memory.duplicate_descriptor().get(), 0), -1);
}

}  // namespace
}  // namespace proberen::ipc
