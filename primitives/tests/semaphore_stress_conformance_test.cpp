// Conformance of Semaphore and BoundedSemaphore under stress: nothing is lost, neither a unit nor a wake-up. That a test ends at all is
// what most of these assert.
#include <gtest/gtest.h>

#include <barrier>
#include <chrono>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/known_bad_semaphores.hpp"
#include "primitives/tests/support/semaphore_types.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

template <class S>
class StressedSemaphore : public ConformanceTest {};
TYPED_TEST_SUITE(StressedSemaphore, AllSemaphores, SemaphoreNames);

/// Takes one unit by the given one of the forms that a semaphore has.
template <class S>
bool take_in_some_form(S& semaphore, int form) {
  switch (form % 6) {
    case 0:
      return semaphore.acquire();
    case 1:
      while (!semaphore.try_acquire()) std::this_thread::yield();
      return true;
    case 2:
      return semaphore.try_acquire_for(kLong);
    case 3:
      return semaphore.try_acquire_until(std::chrono::steady_clock::now() + kLong);
    case 4:
      return semaphore.try_acquire_until(std::chrono::system_clock::now() + kLong);
    default:
      return semaphore.try_acquire_until(ShiftedClock::now() + kLong);
  }
}

/// A semaphore of one unit as a lock: whether no increment of a counter is lost. `Word` is plain memory, for ThreadSanitizer to judge, or
/// atomic, for a semaphore that is known to be wrong.
template <class Word, class S>
bool counts_every_increment(S& one_unit, int threads, int rounds) {
  Word counter{0};
  run_threads(threads, [&](int) {
    for (int round = 0; round < rounds; ++round) {
      one_unit.acquire();
      const long next = counter + 1;
      if (round % 1024 == 0) std::this_thread::yield();
      counter = next;
      (void)one_unit.release();
    }
  });
  return counter == long{threads} * rounds;
}

TYPED_TEST(StressedSemaphore, S11_EveryAcquireOfAMillionEnds) {
  TypeParam semaphore(2);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  run_threads(20, [&](int thread) {
    for (int round = 0; round < scaled(50'000); ++round) {
      ASSERT_TRUE(take_in_some_form(semaphore, thread));
      const int now = ++inside;
      if (now > most) most = now;
      --inside;
      ASSERT_FALSE(semaphore.release());
    }
  });
  EXPECT_LE(most, 2);
  EXPECT_EQ(semaphore.value(), 2);
}

TYPED_TEST(StressedSemaphore, S12_NoReleaseIsLostOnItsWayToAWaiter) {
  constexpr int kAcquirers = 8;
  TypeParam semaphore(kAcquirers);
  for (int i = 0; i < kAcquirers; ++i) ASSERT_TRUE(semaphore.try_acquire());
  const int rounds = scaled(1000);
  std::barrier together(kAcquirers + 1);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kAcquirers; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        together.arrive_and_wait();
        semaphore.acquire();
        together.arrive_and_wait();
      }
    });
  }
  for (int round = 0; round < rounds; ++round) {
    together.arrive_and_wait();
    for (int i = 0; i < kAcquirers; ++i) EXPECT_FALSE(semaphore.release());
    together.arrive_and_wait();
    ASSERT_EQ(semaphore.value(), 0);
  }
}

TYPED_TEST(StressedSemaphore, S12_TimeoutsThatRaceWithReleasesLoseNoUnit) {
  TypeParam semaphore(4);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(semaphore.try_acquire());
  const int rounds = scaled(5000);
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        while (taken < rounds) {
          if (semaphore.try_acquire_for(std::chrono::microseconds(20 * i + 20))) ++taken;
        }
      });
    }
    for (int given = 0; given < rounds;) {
      if (semaphore.release()) {
        std::this_thread::yield();  // a bounded one is full: nobody has taken yet
      } else {
        ++given;
      }
    }
    // Every unit that was given is taken in the end.
    EXPECT_TRUE(eventually([&] { return taken == rounds; }));
  }
  EXPECT_EQ(taken, rounds);
  EXPECT_EQ(semaphore.value(), 0);
}

TYPED_TEST(StressedSemaphore, S19_OneUnitMakesALock) {
  TypeParam semaphore(1);
  EXPECT_TRUE(counts_every_increment<long>(semaphore, 10, scaled(100'000)));
  EXPECT_EQ(semaphore.value(), 1);
}

class KnownBadStressedSemaphore : public ConformanceTest {};

TEST_F(KnownBadStressedSemaphore, S19_AUnitThatTwoThreadsTakeIsSeen) {
  TornSemaphore torn(1);
  EXPECT_FALSE(counts_every_increment<std::atomic<long>>(torn, 10, 10'000));
}

}  // namespace
}  // namespace proberen::test
