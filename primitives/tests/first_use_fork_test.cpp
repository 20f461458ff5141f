// A fork while another thread uses something for the first time in the process: the child uses it, too, and must not wait for what the
// other thread had begun. Every round is in a child of its own, since a process has one first time.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "proberen/native_platform.hpp"
#include "proberen/thread_local.hpp"
#include "proberen/timer.hpp"

namespace proberen {
namespace {

constexpr int kRounds = 400;

/// The status of a child of a child that uses it while its parent's other thread does, some time after that has begun.
template <class Use>
int status_of_round(int round, Use use) {
  const pid_t first = ::fork();
  if (first == 0) {
    std::atomic<bool> begins{false};
    std::thread other([&] {
      begins = true;
      use();
    });
    while (!begins) {
    }
    for (int spent = 0; spent < round % 200 * 5; ++spent) NativePlatform::relax();
    const pid_t second = ::fork();
    if (second == 0) {
      ::alarm(5);
      use();
      ::_exit(0);
    }
    int status = -1;
    ::waitpid(second, &status, 0);
    other.join();
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status));
  }
  int status = -1;
  EXPECT_EQ(::waitpid(first, &status, 0), first);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
}

template <class Use>
void expect_no_wait(Use use) {
  for (int round = 0; round < kRounds; ++round) ASSERT_EQ(status_of_round(round, use), 0) << "round " << round;
}

TEST(FirstUse, OfTimersMayBeForked) {
  expect_no_wait([] { const Timer timer(std::chrono::hours(1), [] {}); });
}

TEST(FirstUse, OfThreadLocalsMayBeForked) {
  expect_no_wait([] {
    ThreadLocal<int> local;
    local.get() = 1;
  });
}

}  // namespace
}  // namespace proberen
