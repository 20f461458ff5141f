// Conformance of ipc::Lock: the interface, and one death at a time. The cases are those of glibc's and Boost.Interprocess's robust
// mutexes, restated; the number in a test's name is the case. Children end by themselves, so no watchdog thread is needed, which a fork
// would not copy.
#include <gtest/gtest.h>

#include <mutex>
#include <system_error>

#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/robust_locks.hpp"

namespace proberen::test {
namespace {

using ipc::Lock;
using ipc::OwnerDied;
using Status = ipc::RobustStatus;

const std::error_code kNotOwner = std::make_error_code(std::errc::operation_not_permitted);
const std::error_code kNothingToMark = std::make_error_code(std::errc::invalid_argument);

TEST(IpcLock, L1_AFreeLockIsTakenInEveryForm) {
  Lock lock;
  for (int form = 0; form < 4; ++form) {
    const auto soon = std::chrono::system_clock::now() + 1ms;
    const Status status = form == 0   ? lock.acquire()
                          : form == 1 ? lock.try_acquire()
                          : form == 2 ? lock.acquire_for(0s)
                                      : lock.acquire_until(soon);
    EXPECT_EQ(status, Status::acquired);
    EXPECT_TRUE(lock.locked());
    EXPECT_EQ(lock.mark_consistent(), kNothingToMark);
    EXPECT_EQ(lock.mark_unrecoverable(), kNothingToMark);
    EXPECT_FALSE(lock.release());
    EXPECT_FALSE(lock.locked());
  }
}

TEST(IpcLock, L12_OnlyTheOwnerReleases) {
  Lock lock;
  EXPECT_EQ(lock.release(), kNotOwner);
  EXPECT_THROW(lock.unlock(), std::system_error);
  ASSERT_EQ(lock.acquire(), Status::acquired);
  std::jthread([&] {
    EXPECT_EQ(lock.release(), kNotOwner);
    EXPECT_EQ(lock.mark_consistent(), kNotOwner);
    EXPECT_EQ(lock.mark_unrecoverable(), kNotOwner);
    EXPECT_EQ(lock.try_acquire(), Status::busy);
  }).join();
  EXPECT_FALSE(lock.release());
}

TEST(IpcLock, L4_TakingItTwiceIsToldAndNotADeadlock) {
  Lock lock;
  ASSERT_EQ(lock.acquire(), Status::acquired);
  EXPECT_EQ(lock.acquire(), Status::would_deadlock);
  EXPECT_EQ(lock.try_acquire(), Status::would_deadlock);
  EXPECT_EQ(lock.acquire_for(1h), Status::would_deadlock);
  EXPECT_THROW(lock.lock(), std::system_error);
  EXPECT_FALSE(lock.release());
  EXPECT_EQ(lock.acquire(), Status::acquired);
  EXPECT_FALSE(lock.release());
}

TEST(IpcLock, L24_TheNextOwnerIsToldThatAThreadEndedAsOwner) {
  Lock lock;
  for (int round = 0; round < 20; ++round) {
    die_holding(lock);
    EXPECT_FALSE(lock.locked());
    const Status status = round % 3 == 0 ? lock.acquire() : round % 3 == 1 ? lock.try_acquire() : lock.acquire_for(1s);
    ASSERT_EQ(status, Status::owner_died);
    EXPECT_EQ(lock.try_acquire(), Status::would_deadlock);
    EXPECT_FALSE(lock.mark_consistent());
    EXPECT_EQ(lock.mark_consistent(), kNothingToMark);
    EXPECT_FALSE(lock.release());
    ASSERT_EQ(lock.acquire(), Status::acquired);
    EXPECT_FALSE(lock.release());
  }
}

TEST(IpcLock, L24_AWaiterIsToldThatTheOwnerEnded) {
  Lock lock;
  std::atomic<bool> may_end{false};
  std::atomic<bool> held{false};
  Waiter owner([&] {
    EXPECT_EQ(lock.acquire(), Status::acquired);
    held = true;
    while (!may_end) std::this_thread::sleep_for(1ms);
  });
  ASSERT_TRUE(eventually([&] { return held.load(); }));
  Waiter heir([&] {
    EXPECT_EQ(lock.acquire(), Status::owner_died);
    EXPECT_FALSE(lock.mark_consistent());
    EXPECT_FALSE(lock.release());
  });
  EXPECT_TRUE(heir.waits());
  may_end = true;
  heir.join();
  EXPECT_EQ(lock.try_acquire(), Status::acquired);
  EXPECT_FALSE(lock.release());
}

TEST(IpcLock, L24_AnHeirThatEndsToo) {
  Lock lock;
  die_holding(lock);
  for (int i = 0; i < 3; ++i) std::jthread([&] { EXPECT_EQ(lock.acquire(), Status::owner_died); }).join();
  EXPECT_EQ(lock.acquire(), Status::owner_died);
  EXPECT_FALSE(lock.mark_consistent());
  EXPECT_FALSE(lock.release());
}

/// Whether a lock whose owner died and that is released without a word is gone for good.
template <class L>
bool silence_is_final() {
  L lock;
  die_holding(lock);
  const bool told = lock.acquire() == Status::owner_died;
  if (lock.release() || !told) return false;
  const bool gone = lock.acquire() == Status::not_recoverable;
  if (!gone) (void)lock.release();  // a lock must not go while it is held
  return gone;
}

TEST(IpcLock, L24_ReleasedWithoutAMarkItIsGone) { EXPECT_TRUE(silence_is_final<Lock>()); }
TEST(KnownBadRobustLock, L24_ForgivenSilenceIsSeen) { EXPECT_FALSE(silence_is_final<WrongRobustLock<ForgivesSilence>>()); }
TEST(KnownBadRobustLock, L24_AHiddenDeathIsSeen) { EXPECT_FALSE(silence_is_final<WrongRobustLock<HidesDeath>>()); }

TEST(IpcLock, L27_NotRecoverableStaysSoForEveryForm) {
  Lock lock;
  die_holding(lock);
  ASSERT_EQ(lock.acquire(), Status::owner_died);
  ASSERT_FALSE(lock.mark_unrecoverable());
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(lock.acquire(), Status::not_recoverable);
    EXPECT_EQ(lock.try_acquire(), Status::not_recoverable);
    EXPECT_EQ(lock.acquire_for(1h), Status::not_recoverable);
    EXPECT_EQ(lock.acquire_until(std::chrono::system_clock::now()), Status::not_recoverable);
    EXPECT_THROW(lock.lock(), std::system_error);
    EXPECT_THROW((void)lock.try_lock(), std::system_error);
    EXPECT_EQ(lock.release(), kNotOwner);
  }
}

TEST(IpcLock, L27_EveryWaiterIsToldThatItIsNotRecoverable) {
  Lock lock;
  die_holding(lock);
  ASSERT_EQ(lock.acquire(), Status::owner_died);
  const auto refused = [&] { EXPECT_EQ(lock.acquire(), Status::not_recoverable); };
  const auto refused_timed = [&] { EXPECT_EQ(lock.acquire_for(kLong), Status::not_recoverable); };
  Waiter waiters[] = {Waiter(refused), Waiter(refused), Waiter(refused_timed), Waiter(refused_timed)};
  for (Waiter& waiter : waiters) EXPECT_TRUE(waiter.waits());
  EXPECT_FALSE(lock.mark_unrecoverable());
}

TEST(IpcLock, L29_ATimedAcquireNeverEndsEarly) {
  Lock lock;
  std::jthread([&] { EXPECT_EQ(lock.acquire(), Status::acquired); }).join();
  ASSERT_EQ(lock.acquire(), Status::owner_died);
  ASSERT_FALSE(lock.mark_consistent());
  std::jthread([&] {
    const auto until = [&](auto instant) { return lock.acquire_until(instant) != Status::timeout; };
    for (const auto timeout : {1000ns, 900'000ns, 20'000'000ns}) {
      EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return lock.acquire_for(t) != Status::timeout; }));
      EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return lock.try_lock_for(t); }));
      EXPECT_TRUE(gives_up_at<std::chrono::steady_clock>(timeout, until));
      EXPECT_TRUE(gives_up_at<std::chrono::system_clock>(timeout, until));
      EXPECT_TRUE(gives_up_at<SlowClock>(timeout, until));
    }
  }).join();
  EXPECT_FALSE(lock.release());
  EXPECT_EQ(lock.try_acquire(), Status::acquired);
  EXPECT_FALSE(lock.release());
}

TEST(IpcLock, L29_ATimedAcquireIsToldOfADeathInTime) {
  Lock lock;
  std::jthread owner([&] {
    EXPECT_EQ(lock.acquire(), Status::acquired);
    std::this_thread::sleep_for(20ms);
  });
  ASSERT_TRUE(eventually([&] { return lock.locked(); }));
  EXPECT_EQ(lock.acquire_for(kLong), Status::owner_died);
  EXPECT_FALSE(lock.mark_consistent());
  EXPECT_FALSE(lock.release());
}

TEST(IpcLock, L17_TheStandardsGuardsTakeIt) {
  Lock lock;
  Lock other;
  {
    const std::scoped_lock both(lock, other);
    EXPECT_TRUE(lock.locked() && other.locked());
  }
  {
    const std::unique_lock guard(lock, 1ms);
    EXPECT_TRUE(guard.owns_lock());
  }
  EXPECT_FALSE(lock.locked());
  die_holding(lock);
  try {
    const std::unique_lock guard(lock);
    FAIL() << "the death was overlooked";
  } catch (const OwnerDied&) {
    EXPECT_FALSE(lock.mark_consistent());
    const std::unique_lock guard(lock, std::adopt_lock);
  }
  const std::unique_lock guard(lock);
}

TEST(IpcLock, L17_AGuardThatNobodyAnswersForEndsTheLock) {
  Lock lock;
  die_holding(lock);
  {
    ipc::RobustGuard guard(lock);
    EXPECT_TRUE(guard.owner_died());
    guard.mark_consistent();
    EXPECT_FALSE(guard.owner_died());
  }
  die_holding(lock);
  { const ipc::RobustGuard guard(lock); }
  EXPECT_THROW({ const ipc::RobustGuard guard{lock}; }, std::system_error);
}

TEST(IpcLock, L27_AGuardThatGivesUpHoldsNothing) {
  Lock lock;
  {
    ipc::RobustGuard sound(lock);
    sound.mark_unrecoverable();
    EXPECT_TRUE(sound.owns_lock()) << "there is nothing to give up";
  }
  die_holding(lock);
  {
    ipc::RobustGuard guard(lock);
    EXPECT_TRUE(guard.owns_lock());
    guard.mark_unrecoverable();
    EXPECT_FALSE(guard.owns_lock());
    EXPECT_EQ(lock.release(), kNotOwner) << "already, not only at the end of the scope";
    EXPECT_EQ(lock.acquire(), Status::not_recoverable);
    guard.mark_consistent();
    EXPECT_TRUE(guard.owner_died()) << "there is no way back";
  }
  EXPECT_EQ(lock.acquire(), Status::not_recoverable);
}

}  // namespace
}  // namespace proberen::test
