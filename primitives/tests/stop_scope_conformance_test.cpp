// A stop is heeded by whom it is meant for and by nobody else; wakes beside it are not lost; and it is heeded where the system lacks
// something.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/tests/support/error_of.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/lock.hpp"
#include "proberen/queue.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::test {
namespace {

using StopConformance = ConformanceTest;

TEST_F(StopConformance, ATokenThatNobodyStopsIsNoLimit) {
  Semaphore semaphore(0);
  Waiter waiter([&] { EXPECT_TRUE(semaphore.acquire(std::stop_token())); });
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(semaphore.release());
  waiter.join();
}

TEST_F(StopConformance, OneTokenStopsManyAndNobodyElse) {
  Semaphore semaphore(0);
  std::stop_source source;
  std::atomic<int> stopped{0};
  {
    std::vector<std::jthread> threads;
    for (int index = 0; index < 8; ++index) {
      threads.emplace_back([&] { stopped += semaphore.acquire(source.get_token()) ? 0 : 1; });
    }
    Waiter other([&] { EXPECT_TRUE(semaphore.acquire()); });
    Waiter timed([&] { EXPECT_TRUE(semaphore.try_acquire_for(kLong)); });
    EXPECT_TRUE(other.waits() && timed.waits());
    source.request_stop();
    EXPECT_TRUE(eventually([&] { return stopped == 8; }));
    EXPECT_TRUE(other.waits() && timed.waits());
    EXPECT_FALSE(semaphore.release(2));
  }
  EXPECT_EQ(semaphore.value(), 0);
}

/// Waits of a thread in a stop's scope that have no deadline, as those for the library's own locks, go on.
TEST_F(StopConformance, AWaitWithoutADeadlineHeedsNoStop) {
  Lock lock;
  lock.lock();
  std::stop_source source;
  Waiter waiter([&] {
    const detail::StopScope scope(source.get_token());
    lock.lock();
    EXPECT_TRUE(lock.locked());
    EXPECT_FALSE(lock.release());
  });
  EXPECT_TRUE(waiter.waits());
  source.request_stop();
  EXPECT_TRUE(waiter.waits());
  lock.unlock();
}

TEST_F(StopConformance, ScopesAreOneInAnother) {
  std::stop_source outer;
  std::stop_source inner;
  inner.request_stop();
  Semaphore semaphore(0);
  const detail::StopScope around(outer.get_token());
  EXPECT_FALSE(semaphore.acquire(inner.get_token()));
  // The outer one again: it has not been stopped, so this waits to its end.
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(semaphore.try_acquire_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  outer.request_stop();
  EXPECT_FALSE(semaphore.try_acquire_for(kLong));
}

/// Units that are released while waiters are stopped go to somebody or stay.
TEST_F(StopConformance, NoUnitIsLostToAStop) {
  for (int round = 0; round < scaled(2'000); ++round) {
    Semaphore semaphore(0);
    std::stop_source source;
    std::atomic<int> taken{0};
    run_threads(4, [&](int index) {
      if (index == 0) {
        source.request_stop();
      } else if (index == 1) {
        EXPECT_FALSE(semaphore.release(2));
      } else {
        taken += semaphore.acquire(source.get_token()) ? 1 : 0;
      }
    });
    ASSERT_EQ(taken + semaphore.value(), 2);
  }
}

/// A wake that is meant for one waiter does not end with another one that is stopped.
TEST_F(StopConformance, NoWakeIsLostToAStop) {
  for (int round = 0; round < scaled(2'000); ++round) {
    Queue<int> queue(1);
    std::stop_source source;
    std::atomic<int> got{0};
    run_threads(4, [&](int index) {
      if (index == 0) {
        source.request_stop();
      } else if (index == 1) {
        EXPECT_EQ(queue.put(1), QueueStatus::ok);
        EXPECT_EQ(queue.put(2), QueueStatus::ok);
      } else if (index == 2) {
        // Gives back what it gets: two items are always left for the other one, if that is woken.
        if (!queue.get(source.get_token())) return;
        ++got;
        EXPECT_EQ(queue.put(3), QueueStatus::ok);
      } else {
        EXPECT_TRUE(queue.get());
        EXPECT_TRUE(queue.get());
      }
    });
    ASSERT_LE(got, 1);
  }
}

/// Makes the kernel one that cannot wait for several futexes, for the calling thread: Linux before 5.16.
void forget_futex_waitv() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),  // the number of the call: offsetof(seccomp_data, nr)
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex_waitv, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
  ASSERT_EQ(::syscall(SYS_futex_waitv, nullptr, 0, 0, nullptr, 0), -1);
  ASSERT_EQ(errno, ENOSYS);
}

TEST_F(StopConformance, AnOldKernelHeedsItAsWell) {
  Semaphore semaphore(0);
  std::stop_source source;
  std::atomic<bool> stopped{false};
  Waiter waiter([&] {
    forget_futex_waitv();
    stopped = !semaphore.acquire(source.get_token());
    EXPECT_TRUE(semaphore.acquire(std::stop_token()));
  });
  EXPECT_TRUE(waiter.waits());
  source.request_stop();
  EXPECT_TRUE(eventually([&] { return stopped.load(); }));
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(semaphore.release());
  waiter.join();
}

/// Waiting for a descriptor needs one for the stop: its lack is told, and nothing is taken.
TEST_F(StopConformance, WithoutADescriptorForTheStopACallSaysSo) {
  auto [here, there] = ipc::pipe();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{3, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::stop_source source;
  const std::error_code error = error_of([&] { (void)there.recv<int>(source.get_token()); });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(error, std::errc::too_many_files_open);
  here.send(1);
  EXPECT_EQ(there.recv<int>(source.get_token()), 1);
}

}  // namespace
}  // namespace proberen::test
