// Conformance of Semaphore and BoundedSemaphore: counting. The cases are those of Python's threading.Semaphore, of POSIX semaphores and of
// the C++ standard's counting_semaphore, restated; the number in a test's name is the case.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <system_error>

#include "primitives/tests/support/known_bad_semaphores.hpp"
#include "primitives/tests/support/semaphore_types.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

template <class S>
class AnySemaphore : public ConformanceTest {};
TYPED_TEST_SUITE(AnySemaphore, AllSemaphores, SemaphoreNames);

template <class S>
class UnboundedSemaphore : public ConformanceTest {};
TYPED_TEST_SUITE(UnboundedSemaphore, UnboundedSemaphores, SemaphoreNames);

template <class S>
class LimitedSemaphore : public ConformanceTest {};
TYPED_TEST_SUITE(LimitedSemaphore, BoundedSemaphores, SemaphoreNames);

const std::error_code kTooLarge = std::make_error_code(std::errc::value_too_large);
const std::error_code kInvalid = std::make_error_code(std::errc::invalid_argument);

/// Whether `count` comes to `expected` and then stays there.
bool settles_at(const std::atomic<int>& count, int expected) {
  if (!eventually([&] { return count >= expected; })) return false;
  std::this_thread::sleep_for(kGrace);
  return count == expected;
}

/// Twenty threads wait; each release lets exactly as many pass as it gives units.
template <class S>
bool wakes_exactly(S& empty) {
  std::atomic<int> passed{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      empty.acquire();
      ++passed;
    });
  }
  bool exact = settles_at(passed, 0);
  int released = 0;
  for (const int units : {7, 6, 7}) {
    (void)empty.release(units);
    exact &= settles_at(passed, released += units);
  }
  return exact;
}

/// How many of `threads` single tries succeed.
template <class S>
int successful_tries(S& semaphore, int threads) {
  std::atomic<int> taken{0};
  run_threads(threads, [&](int) { taken += semaphore.try_acquire() ? 1 : 0; });
  return taken;
}

/// Threads race to give back to a bounded semaphore that lacks one unit: exactly one may.
template <class S>
bool refuses_exactly(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    S semaphore(1);
    if (!semaphore.try_acquire()) return false;
    std::atomic<int> accepted{0};
    run_threads(4, [&](int) { accepted += semaphore.release() ? 0 : 1; });
    if (accepted != 1 || semaphore.value() != 1) return false;
  }
  return true;
}

TYPED_TEST(AnySemaphore, S1_TheValueIsFromZeroToTheMaximum) {
  EXPECT_THROW(TypeParam(-1), std::invalid_argument);
  EXPECT_THROW(TypeParam{std::numeric_limits<std::int64_t>::min()}, std::invalid_argument);
  EXPECT_THROW(TypeParam(TypeParam::max() + 1), std::invalid_argument);
  EXPECT_EQ(TypeParam(0).value(), 0);
  TypeParam most(TypeParam::max());
  EXPECT_EQ(most.value(), 2147483647);
  EXPECT_TRUE(most.try_acquire());
  EXPECT_EQ(most.value(), 2147483646);
}

TYPED_TEST(AnySemaphore, S2_AsManyPassAsThereAreUnits) {
  TypeParam semaphore(7);
  ASSERT_TRUE(semaphore.acquire());
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      semaphore.acquire();
      ++first;
      semaphore.acquire();
      ++second;
    });
  }
  const auto passes = [&](int expected) {
    EXPECT_TRUE(eventually([&] { return first + second >= expected; }));
    std::this_thread::sleep_for(kGrace);
    EXPECT_EQ(first + second, expected);
  };
  passes(6);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(semaphore.release());
  passes(13);
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(semaphore.release());
  passes(19);
  EXPECT_FALSE(semaphore.acquire(false));
  EXPECT_FALSE(semaphore.release());
  passes(20);
  EXPECT_FALSE(semaphore.acquire(false));
}

TYPED_TEST(AnySemaphore, S3_AReleaseOfSeveralUnitsLetsExactlyAsManyPass) {
  TypeParam semaphore(20);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(semaphore.try_acquire());
  EXPECT_TRUE(wakes_exactly(semaphore));
}

TYPED_TEST(AnySemaphore, S3_AReleaseOfLessThanOneUnitIsRefused) {
  TypeParam semaphore(2);
  ASSERT_TRUE(semaphore.acquire());
  EXPECT_EQ(semaphore.release(0), kInvalid);
  EXPECT_EQ(semaphore.release(-1), kInvalid);
  EXPECT_EQ(semaphore.release(std::numeric_limits<std::int64_t>::min()), kInvalid);
  EXPECT_EQ(semaphore.value(), 1);
}

TYPED_TEST(AnySemaphore, S4_ATrySucceedsWhileThereAreUnits) {
  TypeParam semaphore(2);
  EXPECT_TRUE(semaphore.acquire(false));
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.acquire(false));
  EXPECT_FALSE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.release());
  EXPECT_TRUE(semaphore.acquire(false));
}

TYPED_TEST(AnySemaphore, S4_AsManyTriesSucceedAsThereAreUnits) {
  for (int round = 0; round < scaled(200); ++round) {
    TypeParam semaphore(3);
    ASSERT_EQ(successful_tries(semaphore, 10), 3);
    ASSERT_EQ(semaphore.value(), 0);
  }
}

TYPED_TEST(AnySemaphore, S6_OneUnitByDefault) {
  TypeParam semaphore;
  EXPECT_TRUE(semaphore.acquire());
  Waiter waiter([&] { semaphore.acquire(); });
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(semaphore.release());
  waiter.join();
  EXPECT_EQ(semaphore.value(), 0);
}

TYPED_TEST(AnySemaphore, S7_PermitsNestAndAreGivenBackWhenTheScopeThrows) {
  TypeParam semaphore(2);
  const Permit outer(semaphore);
  const auto fail_inside = [&] {
    const Permit inner(semaphore);
    EXPECT_FALSE(semaphore.try_acquire());
    throw std::runtime_error("inside");
  };
  EXPECT_THROW(fail_inside(), std::runtime_error);
  EXPECT_EQ(semaphore.value(), 1);
  {
    Permit first(semaphore);
    const Permit moved(std::move(first));
    EXPECT_EQ(semaphore.value(), 0);
  }
  EXPECT_EQ(semaphore.value(), 1);
}

TYPED_TEST(AnySemaphore, S7_AnAssignedPermitGivesItsOwnUnitBack) {
  TypeParam one(1);
  TypeParam other(1);
  {
    Permit target(one);
    target = Permit(other);
    EXPECT_EQ(one.value(), 1);
    EXPECT_EQ(other.value(), 0);
  }
  EXPECT_EQ(one.value(), 1);
  EXPECT_EQ(other.value(), 1);
}

TYPED_TEST(UnboundedSemaphore, S8_ReleaseWithoutAcquireAddsUnits) {
  TypeParam semaphore(1);
  EXPECT_FALSE(semaphore.release());
  EXPECT_FALSE(semaphore.release(3));
  EXPECT_EQ(semaphore.value(), 5);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
}

TYPED_TEST(LimitedSemaphore, S9_MoreUnitsThanAtFirstAreRefused) {
  for (int limit = 1; limit <= 9; ++limit) {
    TypeParam semaphore(limit);
    EXPECT_EQ(semaphore.limit(), limit);
    run_threads(limit, [&](int) { EXPECT_TRUE(semaphore.acquire()); });
    EXPECT_EQ(semaphore.value(), 0);
    EXPECT_EQ(semaphore.release(limit + 1), kTooLarge);
    EXPECT_EQ(semaphore.value(), 0);
    run_threads(limit, [&](int) { EXPECT_FALSE(semaphore.release()); });
    EXPECT_EQ(semaphore.release(), kTooLarge);
    EXPECT_EQ(semaphore.release(std::numeric_limits<std::int64_t>::max()), kTooLarge);
    EXPECT_EQ(semaphore.value(), limit);
  }
}

TYPED_TEST(LimitedSemaphore, S9_TheRefusalIsExactUnderARace) { EXPECT_TRUE(refuses_exactly<TypeParam>(scaled(500))); }

TYPED_TEST(UnboundedSemaphore, S10_TheValueIsExactWhileNobodyElseActs) {
  TypeParam semaphore(2);
  EXPECT_EQ(semaphore.value(), 2);
  for (const int expected : {1, 0}) {
    EXPECT_TRUE(semaphore.acquire());
    EXPECT_EQ(semaphore.value(), expected);
  }
  EXPECT_FALSE(semaphore.acquire(false));
  EXPECT_EQ(semaphore.value(), 0);
  for (const int expected : {1, 2, 3, 4}) {
    EXPECT_FALSE(semaphore.release());
    EXPECT_EQ(semaphore.value(), expected);
  }
}

TYPED_TEST(UnboundedSemaphore, S18_MoreUnitsThanTheMaximumAreRefused) {
  TypeParam full(TypeParam::max());
  EXPECT_EQ(full.release(), kTooLarge);
  EXPECT_EQ(full.release(std::numeric_limits<std::int64_t>::max()), kTooLarge);
  EXPECT_EQ(full.value(), TypeParam::max());

  TypeParam nearly(TypeParam::max() - 1);
  EXPECT_EQ(nearly.release(2), kTooLarge);
  EXPECT_EQ(nearly.value(), TypeParam::max() - 1);
  EXPECT_FALSE(nearly.release());
  EXPECT_EQ(nearly.value(), TypeParam::max());
}

class KnownBadSemaphore : public ConformanceTest {};

TEST_F(KnownBadSemaphore, S3_AReleaseThatWakesTooManyIsSeen) {
  LavishSemaphore lavish(0);
  EXPECT_FALSE(wakes_exactly(lavish));
}

TEST_F(KnownBadSemaphore, S4_AUnitThatTwoThreadsTakeIsSeen) {
  bool exact = true;
  for (int round = 0; round < 1000 && exact; ++round) {
    TornSemaphore semaphore(3);
    exact = successful_tries(semaphore, 10) == 3;
  }
  EXPECT_FALSE(exact);
}

TEST_F(KnownBadSemaphore, S9_ALimitThatIsNotExactIsSeen) {
  EXPECT_FALSE(refuses_exactly<LooselyBoundedSemaphore>(1000));
  EXPECT_FALSE(refuses_exactly<proberen::Semaphore>(1));
}

}  // namespace
}  // namespace proberen::test
