// Conformance of ipc::RLock: nesting, its owner, and its owner's death, among threads and between processes by each start method. What it
// has in common with ipc::Lock is tested there. The cases are those of Python's multiprocessing.RLock and of POSIX's robust recursive
// mutexes, restated; the number in a test's name is the case.
#include <gtest/gtest.h>

#include <signal.h>

#include <chrono>
#include <mutex>
#include <system_error>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/clocks.hpp"
#include "primitives/tests/support/robust_locks.hpp"
#include "proberen/ipc/rlock.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen::test {
namespace {

using ipc::RLock;
using ipc::StartMethod;
using Status = ipc::RobustStatus;

template <class Rules>
using WrongRLock = ipc::BasicRobustRLock<SharedPlatform, ipc::detail::RobustKernel, Rules>;

const std::error_code kNotOwner = std::make_error_code(std::errc::operation_not_permitted);
constexpr int kDepth = 3;

/// Whether a caller that is not the owner can take the lock; if not, it cannot release it either. Any other answer is wrong, and throws.
template <class L>
bool is_free_to_me(L& lock) {
  if (lock.release() != kNotOwner || lock.owned()) throw std::logic_error("a stranger released the lock, or owns it");
  const Status status = lock.try_acquire();
  if (status == Status::busy) return false;
  if (status != Status::acquired || lock.release()) throw std::logic_error("the lock was not simply free");
  return true;
}
template <class L>
bool is_free_to_another_thread(L& lock) {
  bool free = false;
  std::jthread([&] { free = is_free_to_me(lock); }).join();
  return free;
}

/// Whether it takes as many releases as acquires until `is_free(lock)`.
template <class L, class IsFree>
bool nests(L& lock, IsFree is_free) {
  const auto soon = std::chrono::system_clock::now() + 1ms;
  const Status statuses[kDepth] = {lock.acquire(), lock.try_acquire(), lock.acquire_until(soon)};
  for (const Status status : statuses) {
    if (status != Status::acquired) return false;
  }
  bool right = lock.owned() && !is_free(lock);
  for (int left = kDepth - 1; left >= 0; --left) {
    right &= !lock.release() && lock.owned() == (left > 0) && is_free(lock) == (left == 0);
  }
  return right && lock.release() == kNotOwner;
}

/// Whether the owner's death at `kDepth` is told to the caller, who then holds the lock once.
template <class L, class IsFree>
bool depth_ends_with_owner(L& lock, IsFree is_free) {
  if (lock.acquire() != Status::owner_died || lock.acquire() != Status::acquired) return false;
  bool right = !lock.release() && lock.owned() && !lock.mark_consistent();
  right &= !lock.release() && !lock.owned() && is_free(lock);
  while (!lock.release()) {  // a lock must not go while it is held
  }
  return right;
}

template <class L>
void take_deep(L& lock) {
  for (int depth = 0; depth < kDepth; ++depth) EXPECT_EQ(lock.acquire(), Status::acquired);
}
template <class L>
void die_deep(L& lock) {
  std::jthread([&] { take_deep(lock); }).join();
}

PROBEREN_ENTRY(rlock_look, [](ipc::Descriptor memory) {
  const auto lock = ipc::Shared<RLock>::map(std::move(memory));
  return is_free_to_me(*lock) ? 1 : 0;
});
PROBEREN_ENTRY(rlock_die_deep, [](ipc::Descriptor memory) {
  const auto lock = ipc::Shared<RLock>::map(std::move(memory));
  take_deep(*lock);
  ::raise(SIGKILL);
});

class RLockOfProcesses : public ipc::EveryMethod {
 protected:
  /// As another process sees it.
  [[nodiscard]] auto is_free() {
    return [this](RLock&) {
      const int code = context_.start("rlock_look", lock_.duplicate_descriptor()).join();
      EXPECT_TRUE(code == 0 || code == 1) << code;
      return code == 1;
    };
  }

  ipc::Shared<RLock> lock_ = ipc::Shared<RLock>::create();
};
INSTANTIATE_TEST_SUITE_P(Every, RLockOfProcesses, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         ipc::method_name);

TEST_P(RLockOfProcesses, L11_AsManyReleasesAsAcquires) { EXPECT_TRUE(nests(*lock_, is_free())); }

TEST_P(RLockOfProcesses, L24_AnOwnerKilledDeepInsideLeavesItsHeirADepthOfOne) {
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(context_.start("rlock_die_deep", lock_.duplicate_descriptor()).join(), -SIGKILL);
    EXPECT_TRUE(depth_ends_with_owner(*lock_, is_free()));
  }
}

TEST(IpcRLock, L11_AsManyReleasesAsAcquires) {
  RLock lock;
  EXPECT_TRUE(nests(lock, is_free_to_another_thread<RLock>));
  EXPECT_TRUE(nests(lock, is_free_to_another_thread<RLock>));
}
TEST(KnownBadRLock, L11_ReleasesThatAreNotCountedAreSeen) {
  WrongRLock<CountsNoReleases> lock;
  EXPECT_FALSE(nests(lock, is_free_to_another_thread<WrongRLock<CountsNoReleases>>));
}

TEST(IpcRLock, L11_TheOwnerNeedsNoTimeToTakeItAgain) {
  RLock lock;
  lock.lock();
  EXPECT_EQ(lock.acquire_for(0s), Status::acquired);
  EXPECT_TRUE(lock.try_lock_for(-1s));
  EXPECT_TRUE(lock.try_lock_until(std::chrono::system_clock::time_point{}));
  for (int i = 0; i < 4; ++i) lock.unlock();
  EXPECT_THROW(lock.unlock(), std::system_error);
}

TEST(IpcRLock, L12_OnlyTheOwnerReleasesHoweverDeepItIs) {
  RLock lock;
  take_deep(lock);
  std::jthread([&] {
    EXPECT_EQ(lock.release(), kNotOwner);
    EXPECT_EQ(lock.mark_consistent(), kNotOwner);
    EXPECT_EQ(lock.mark_unrecoverable(), kNotOwner);
    EXPECT_THROW(lock.unlock(), std::system_error);
  }).join();
  for (int depth = 0; depth < kDepth; ++depth) EXPECT_FALSE(lock.release());
}

TEST(IpcRLock, L24_AThreadThatEndsDeepInsideLeavesItsHeirADepthOfOne) {
  RLock lock;
  for (int round = 0; round < 20; ++round) {
    die_deep(lock);
    ASSERT_TRUE(depth_ends_with_owner(lock, is_free_to_another_thread<RLock>));
  }
}
TEST(KnownBadRLock, L24_ADepthThatOutlivesItsOwnerIsSeen) {
  WrongRLock<KeepsDepth> lock;
  die_deep(lock);
  EXPECT_FALSE(depth_ends_with_owner(lock, is_free_to_another_thread<WrongRLock<KeepsDepth>>));
}
TEST(KnownBadRLock, L24_AHiddenDeathIsSeen) {
  WrongRLock<HidesDeath> lock;
  die_deep(lock);
  EXPECT_FALSE(depth_ends_with_owner(lock, is_free_to_another_thread<WrongRLock<HidesDeath>>));
  (void)lock.release();
}

TEST(IpcRLock, L24_UnrepairedItIsGoneWithTheLastRelease) {
  RLock lock;
  die_deep(lock);
  ASSERT_EQ(lock.acquire(), Status::owner_died);
  ASSERT_EQ(lock.acquire(), Status::acquired);
  EXPECT_FALSE(lock.release());
  EXPECT_EQ(lock.acquire(), Status::acquired) << "the outer level may still repair it";
  EXPECT_FALSE(lock.release());
  EXPECT_FALSE(lock.release());
  EXPECT_EQ(lock.acquire(), Status::not_recoverable);
}

TEST(IpcRLock, L27_GivenUpDeepInsideItIsGivenUpAsAWhole) {
  RLock lock;
  die_deep(lock);
  ASSERT_EQ(lock.acquire(), Status::owner_died);
  ASSERT_EQ(lock.acquire(), Status::acquired);
  EXPECT_FALSE(lock.mark_unrecoverable());
  EXPECT_FALSE(lock.owned());
  for (int level = 0; level < 2; ++level) EXPECT_EQ(lock.release(), kNotOwner);
  EXPECT_EQ(lock.acquire(), Status::not_recoverable);
  EXPECT_EQ(lock.try_acquire(), Status::not_recoverable);
  EXPECT_EQ(lock.acquire_for(1h), Status::not_recoverable);
}

TEST(IpcRLock, L29_ATimedAcquireNeverEndsEarly) {
  RLock lock;
  take_deep(lock);
  std::jthread([&] {
    for (const auto timeout : {1000ns, 20'000'000ns}) {
      EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return lock.acquire_for(t) != Status::timeout; }));
      EXPECT_TRUE(gives_up_in_time(timeout, [&](auto t) { return lock.try_lock_for(t); }));
    }
  }).join();
  for (int depth = 0; depth < kDepth; ++depth) EXPECT_FALSE(lock.release());
  EXPECT_TRUE(is_free_to_another_thread(lock));
}

TEST(IpcRLock, L17_GuardsNest) {
  RLock lock;
  {
    const std::scoped_lock outer(lock);
    const std::unique_lock inner(lock, 1ms);
    const ipc::RobustGuard innermost(lock);
    EXPECT_TRUE(inner.owns_lock());
    EXPECT_FALSE(innermost.owner_died());
  }
  EXPECT_TRUE(is_free_to_another_thread(lock));
  die_deep(lock);
  {
    ipc::RobustGuard outer(lock);
    const ipc::RobustGuard inner(lock);
    EXPECT_TRUE(outer.owner_died());
    EXPECT_FALSE(inner.owner_died()) << "it is told once";
    outer.mark_consistent();
  }
  EXPECT_TRUE(is_free_to_another_thread(lock));
}

}  // namespace
}  // namespace proberen::test
