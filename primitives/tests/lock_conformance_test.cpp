// Conformance of Lock and RLock: what does not need a clock. The cases are those of Python's threading.Lock and threading.RLock and of
// the C++ standard's Lockable, restated; the number in a test's name is the case.
#include <gtest/gtest.h>

#include <latch>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include "primitives/tests/support/known_bad_locks.hpp"
#include "primitives/tests/support/lock_types.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

/// What both kinds of lock promise.
template <class L>
class AnyLock : public ConformanceTest {
 protected:
  L lock_;
};
TYPED_TEST_SUITE(AnyLock, AllLocks, LockNames);

/// What only a lock without an owner promises.
template <class L>
class PlainLock : public ConformanceTest {
 protected:
  L lock_;
};
TYPED_TEST_SUITE(PlainLock, PlainLocks, LockNames);

class RecursiveLock : public ConformanceTest {
 protected:
  proberen::RLock lock_;
};

const std::error_code kNotHeld = std::make_error_code(std::errc::operation_not_permitted);

template <class L>
bool free_for_others(L& lock) {
  bool taken = false;
  std::jthread([&] {
    taken = lock.acquire(false);
    if (taken) (void)lock.release();
  }).join();
  return taken;
}

/// Five threads want a lock that is held: none gets it before the release, all of them after.
template <class L>
bool holds_back_all(L& lock) {
  std::atomic<int> passed{0};
  lock.acquire();
  const auto pass = [&] {
    lock.acquire();
    ++passed;
    (void)lock.release();
  };
  Waiter waiters[] = {Waiter(pass), Waiter(pass), Waiter(pass), Waiter(pass), Waiter(pass)};
  bool held_back = true;
  for (const Waiter& waiter : waiters) held_back &= waiter.waits();
  held_back &= passed == 0;
  (void)lock.release();
  return eventually([&] { return passed == 5; }) && held_back;
}

template <class L>
void take_in_some_form(L& lock, int form) {
  if (form == 0) {
    lock.acquire();
  } else if (form == 1) {
    while (!lock.try_lock()) std::this_thread::yield();
  } else {
    while (!lock.try_lock_for(20us)) {
    }
  }
}

/// Whether two words that change only under the lock stay equal, and count every change. `Word` is plain memory, for ThreadSanitizer to
/// judge, or atomic, for a lock that is known not to exclude.
template <class Word, class L>
bool excludes(L& lock, int threads, int rounds) {
  Word first{0};
  Word second{0};
  std::atomic<bool> torn{false};
  run_threads(threads, [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      take_in_some_form(lock, (thread + round) % 3);
      if (first != second) torn = true;
      const long next = first + 1;
      first = next;
      if (round % 64 == 0) std::this_thread::yield();
      second = next;
      (void)lock.release();
    }
  });
  return !torn && first == long{threads} * rounds && second == first;
}

TYPED_TEST(AnyLock, L1_TryAcquireOfAFreeLockSucceeds) {
  EXPECT_FALSE(this->lock_.locked());
  EXPECT_TRUE(this->lock_.acquire(false));
  EXPECT_TRUE(this->lock_.locked());
  EXPECT_FALSE(this->lock_.release());
  EXPECT_FALSE(this->lock_.locked());
  EXPECT_TRUE(this->lock_.try_lock());
  this->lock_.unlock();
  EXPECT_FALSE(this->lock_.locked());
}

TYPED_TEST(AnyLock, L2_TryAcquireOfAHeldLockFailsAndLeavesTheHolderAlone) {
  ASSERT_TRUE(this->lock_.acquire());
  std::jthread([this] {
    EXPECT_FALSE(this->lock_.acquire(false));
    EXPECT_FALSE(this->lock_.try_lock());
  }).join();
  EXPECT_TRUE(this->lock_.locked());
  EXPECT_FALSE(this->lock_.release());
  EXPECT_TRUE(free_for_others(this->lock_));
}

TYPED_TEST(AnyLock, L3_NobodyPassesAHeldLockAndAllPassAfterTheRelease) {
  EXPECT_TRUE(holds_back_all(this->lock_));
  EXPECT_FALSE(this->lock_.locked());
}

TYPED_TEST(AnyLock, L4_GuardsReleaseAtTheEndOfTheScope) {
  {
    const std::scoped_lock guard(this->lock_);
    EXPECT_FALSE(free_for_others(this->lock_));
  }
  EXPECT_TRUE(free_for_others(this->lock_));
}

TYPED_TEST(AnyLock, L4_GuardsReleaseWhenTheScopeThrows) {
  const auto fail_under_lock = [this] {
    const std::unique_lock guard(this->lock_);
    throw std::runtime_error("inside");
  };
  EXPECT_THROW(fail_under_lock(), std::runtime_error);
  EXPECT_FALSE(this->lock_.locked());
  EXPECT_TRUE(free_for_others(this->lock_));
}

TYPED_TEST(AnyLock, L10_ReleaseOfAFreeLockIsAnErrorAndChangesNothing) {
  EXPECT_EQ(this->lock_.release(), kNotHeld);
  EXPECT_THROW(this->lock_.unlock(), std::system_error);
  EXPECT_FALSE(this->lock_.locked());
  ASSERT_TRUE(this->lock_.acquire(false));
  EXPECT_FALSE(this->lock_.release());
  EXPECT_EQ(this->lock_.release(), kNotHeld);
  EXPECT_TRUE(free_for_others(this->lock_));
}

TYPED_TEST(AnyLock, L13_AReinitializedLockIsFreeWhateverItWas) {
  this->lock_.reinitialize();
  EXPECT_TRUE(free_for_others(this->lock_));
  std::latch held(1);
  std::latch end(1);
  std::jthread holder([&] {
    this->lock_.acquire();
    held.count_down();
    end.wait();
  });
  held.wait();
  EXPECT_FALSE(free_for_others(this->lock_));
  this->lock_.reinitialize();
  EXPECT_FALSE(this->lock_.locked());
  EXPECT_EQ(this->lock_.release(), kNotHeld);
  EXPECT_TRUE(free_for_others(this->lock_));
  EXPECT_TRUE(holds_back_all(this->lock_));
  end.count_down();
}

TYPED_TEST(AnyLock, L20_OneThreadAtATimeUnderStress) {
  EXPECT_TRUE(excludes<long>(this->lock_, 2, scaled(50'000)));
  EXPECT_TRUE(excludes<long>(this->lock_, 8, scaled(10'000)));
}

TYPED_TEST(PlainLock, L8_TakingItTwiceWaitsForAnotherThreadsRelease) {
  Waiter waiter([this] {
    this->lock_.acquire();
    this->lock_.acquire();
  });
  EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(this->lock_.release());
  waiter.join();
  EXPECT_TRUE(this->lock_.locked());
  EXPECT_FALSE(this->lock_.release());
}

TYPED_TEST(PlainLock, L9_AnyThreadMayRelease) {
  ASSERT_TRUE(this->lock_.acquire());
  std::jthread([this] { EXPECT_FALSE(this->lock_.release()); }).join();
  EXPECT_TRUE(this->lock_.acquire(false));
  std::jthread([this] { EXPECT_NO_THROW(this->lock_.unlock()); }).join();
  EXPECT_TRUE(free_for_others(this->lock_));
}

TEST_F(RecursiveLock, L11_AsManyReleasesAsAcquires) {
  for (int taken = 1; taken <= 3; ++taken) {
    ASSERT_TRUE(taken == 2 ? lock_.acquire(false) : lock_.acquire());
    EXPECT_TRUE(lock_.owned());
    EXPECT_FALSE(free_for_others(lock_));
  }
  for (int left = 2; left >= 0; --left) {
    EXPECT_FALSE(lock_.release());
    EXPECT_EQ(lock_.owned(), left > 0);
    EXPECT_EQ(free_for_others(lock_), left == 0);
  }
}

TEST_F(RecursiveLock, L11_TheOwnerNeedsNoTimeToTakeItAgain) {
  lock_.lock();
  EXPECT_TRUE(lock_.acquire(true, 0s));
  EXPECT_TRUE(lock_.try_lock_for(0s));
  EXPECT_TRUE(lock_.try_lock_until(std::chrono::system_clock::time_point{}));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(lock_.release());
  EXPECT_EQ(lock_.release(), kNotHeld);
}

TEST_F(RecursiveLock, L12_OnlyTheOwnerReleases) {
  ASSERT_TRUE(lock_.acquire());
  std::jthread([this] {
    EXPECT_FALSE(lock_.owned());
    EXPECT_EQ(lock_.release(), kNotHeld);
    EXPECT_THROW(lock_.unlock(), std::system_error);
  }).join();
  EXPECT_TRUE(lock_.owned());
  EXPECT_FALSE(free_for_others(lock_));
  EXPECT_FALSE(lock_.release());
  std::jthread([this] { EXPECT_EQ(lock_.release(), kNotHeld); }).join();
  EXPECT_TRUE(free_for_others(lock_));
}

class KnownBadLock : public ConformanceTest {};

TEST_F(KnownBadLock, L3_ALockThatHoldsNobodyBackIsSeen) {
  NoLock lock;
  EXPECT_FALSE(holds_back_all(lock));
}

TEST_F(KnownBadLock, L20_ALockThatDoesNotExcludeIsSeen) {
  NoLock lock;
  EXPECT_FALSE(excludes<std::atomic<long>>(lock, 8, 20'000));
  proberen::Lock good;
  EXPECT_TRUE(excludes<std::atomic<long>>(good, 8, 2000));
}

}  // namespace
}  // namespace proberen::test
