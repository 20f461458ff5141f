// Conformance of the primitives across processes, and of memory that goes away. Every child ends by itself after two minutes at most, so no
// watchdog thread is needed, which a fork would not copy.
#include <gtest/gtest.h>

#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <memory>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/semaphore_types.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/lock.hpp"
#include "proberen/rlock.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::test {
namespace {

template <class Body>
[[nodiscard]] bool all_well(int processes, Body body) {
  std::deque<Child> children;
  for (int index = 0; index < processes; ++index) children.emplace_back([&, index] { return body(index); });
  bool well = true;
  for (Child& child : children) well &= child.wait();
  return well;
}

/// A lock and what it protects.
template <class L>
struct Protected {
  L lock;
  std::atomic<long> first{0};
  std::atomic<long> second{0};
};

/// Whether two words that processes change only under the lock stay equal, and count every change.
template <class L>
bool excludes_processes(int processes, int rounds) {
  Shared<Protected<L>> shared;
  const bool never_torn = all_well(processes, [&](int index) {
    bool equal = true;
    for (int round = 0; round < rounds; ++round) {
      if ((index + round) % 2 == 0) {
        shared->lock.acquire();
      } else {
        while (!shared->lock.try_lock_for(50us)) {
        }
      }
      equal &= shared->first == shared->second;
      const long next = shared->first + 1;
      shared->first = next;
      if (round % 64 == 0) std::this_thread::yield();
      shared->second = next;
      (void)shared->lock.release();
    }
    return equal;
  });
  return never_torn && shared->first == long{processes} * rounds && shared->second == shared->first;
}

/// A semaphore of one unit in a page of its own. With the object the page goes: any access to it crashes, and its address is not used
/// again.
template <class S>
class Mortal {
 public:
  Mortal() : semaphore_(new (map(nullptr, PROT_READ | PROT_WRITE, 0)) S(1)) {}
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
  ~Mortal() {
    std::destroy_at(semaphore_);
    map(semaphore_, PROT_NONE, MAP_FIXED);
  }
  S* get() { return semaphore_; }

 private:
  static void* map(void* where, int protection, int flags) {
    void* const page = ::mmap(where, sizeof(S), protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (page == MAP_FAILED) std::abort();
    return page;
  }
  S* semaphore_;
};

/// Whether a semaphore may be destroyed, and its memory unmapped, as soon as an acquire has returned, while the release that let it through
/// is perhaps not yet over. Asked in a child, since the answer may be a crash.
template <class S>
bool may_go_after_the_last_acquire(int rounds) {
  Child child([rounds] {
    std::atomic<S*> posted{nullptr};
    std::jthread poster([&] {
      for (int round = 0; round < rounds; ++round) {
        S* semaphore = nullptr;
        while ((semaphore = posted.exchange(nullptr)) == nullptr) std::this_thread::yield();
        (void)semaphore->release();
      }
    });
    for (int round = 0; round < rounds; ++round) {
      Mortal<S> mortal;
      if (!mortal.get()->try_acquire()) return false;
      posted = mortal.get();
      mortal.get()->acquire();
    }
    return true;
  });
  return child.wait();
}

/// Excludes nobody.
struct NoLock {
  void acquire() {}
  bool try_lock_for(std::chrono::microseconds) { return true; }
  void release() {}
};

/// Looks at its own memory after the unit is given: too late, if the taker has unmapped it.
class LingeringSemaphore : public Semaphore {
 public:
  using Semaphore::Semaphore;
  std::error_code release() {
    const std::error_code error = Semaphore::release();
    std::this_thread::sleep_for(5ms);
    (void)value();
    return error;
  }
};

template <class S>
class MortalSemaphore : public testing::Test {};
TYPED_TEST_SUITE(MortalSemaphore, AllSemaphores, SemaphoreNames);

template <class S>
class SharedSemaphore : public testing::Test {};
using SharedSemaphores = testing::Types<ipc::Semaphore, ipc::BoundedSemaphore>;
TYPED_TEST_SUITE(SharedSemaphore, SharedSemaphores, SemaphoreNames);

TYPED_TEST(MortalSemaphore, S26_TheMemoryMayGoAfterTheLastAcquire) { EXPECT_TRUE(may_go_after_the_last_acquire<TypeParam>(scaled(5000))); }

TEST(KnownBadMortalSemaphore, S26_AReleaseThatLooksBackIsSeen) { EXPECT_FALSE(may_go_after_the_last_acquire<LingeringSemaphore>(3)); }

TEST(SharedLock, L20_OneProcessAtATimeUnderStress) { EXPECT_TRUE(excludes_processes<ipc::PlainLock>(4, scaled(20'000))); }

TEST(KnownBadSharedLock, L20_ALockThatDoesNotExcludeProcessesIsSeen) { EXPECT_FALSE(excludes_processes<NoLock>(4, 20'000)); }

TEST(SharedLock, L3_AProcessWaitsForAnothersRelease) {
  Shared<ipc::PlainLock> lock;
  Shared<std::atomic<int>> passed(0);
  ASSERT_TRUE(lock->acquire());
  const auto pass = [&] {
    lock->acquire();
    ++*passed;
    return !lock->release();
  };
  Child first(pass);
  Child second(pass);
  std::this_thread::sleep_for(kGrace);
  EXPECT_EQ(*passed, 0);
  EXPECT_FALSE(lock->release());
  EXPECT_TRUE(first.wait());
  EXPECT_TRUE(second.wait());
  EXPECT_EQ(*passed, 2);
  EXPECT_FALSE(lock->locked());
}

TEST(SharedLock, L9_AnotherProcessMayRelease) {
  Shared<ipc::PlainLock> lock;
  ASSERT_TRUE(lock->acquire());
  EXPECT_TRUE(all_well(1, [&](int) { return !lock->try_lock() && !lock->release() && lock->release(); }));
  EXPECT_TRUE(lock->try_lock());
}

TEST(ForkedLock, L13_TheChildMakesALockFreeThatItsParentHolds) {
  proberen::Lock lock;
  proberen::RLock rlock;
  lock.lock();
  rlock.lock();
  rlock.lock();
  EXPECT_TRUE(all_well(1, [&](int) {
    if (!lock.locked() || !rlock.locked()) return false;
    lock.reinitialize();
    rlock.reinitialize();
    const bool freed = !lock.locked() && !rlock.locked() && !rlock.owned();
    return freed && lock.try_lock() && rlock.try_lock() && rlock.try_lock() && !rlock.release() && !rlock.release() && rlock.release();
  }));
  EXPECT_TRUE(lock.locked());
  EXPECT_TRUE(rlock.owned());
}

TYPED_TEST(SharedSemaphore, S3_UnitsPassBetweenProcesses) {
  Shared<TypeParam> there(8);
  Shared<TypeParam> back(8);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(there->try_acquire() && back->try_acquire());
  constexpr int kRounds = scaled(10'000);
  Child echo([&] {
    for (int round = 0; round < kRounds; ++round) {
      there->acquire();
      if (back->release()) return false;
    }
    return true;
  });
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_FALSE(there->release());
    ASSERT_TRUE(back->acquire());
  }
  EXPECT_TRUE(echo.wait());
  EXPECT_EQ(there->value(), 0);
  EXPECT_EQ(back->value(), 0);
}

TYPED_TEST(SharedSemaphore, S3_AReleaseOfSeveralUnitsWakesAsManyProcesses) {
  Shared<TypeParam> semaphore(4);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(semaphore->try_acquire());
  Shared<std::atomic<int>> passed(0);
  const auto pass = [&] {
    semaphore->acquire();
    ++*passed;
    return true;
  };
  Child children[] = {Child(pass), Child(pass), Child(pass), Child(pass)};
  EXPECT_FALSE(semaphore->release(3));
  EXPECT_TRUE(eventually([&] { return *passed == 3; }));
  std::this_thread::sleep_for(kGrace);
  EXPECT_EQ(*passed, 3);
  EXPECT_FALSE(semaphore->release());
  for (Child& child : children) EXPECT_TRUE(child.wait());
}

TYPED_TEST(SharedSemaphore, S22_StoppingAndContinuingAProcessDoesNotEndItsWait) {
  Shared<TypeParam> semaphore(1);
  ASSERT_TRUE(semaphore->try_acquire());
  Shared<std::atomic<bool>> passed(false);
  Child child([&] {
    semaphore->acquire();
    *passed = true;
    return true;
  });
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(kGrace);
    ::kill(child.id(), SIGSTOP);
    ::kill(child.id(), SIGCONT);
  }
  std::this_thread::sleep_for(kGrace);
  EXPECT_FALSE(*passed);
  EXPECT_FALSE(semaphore->release());
  EXPECT_TRUE(child.wait());
  EXPECT_TRUE(*passed);
}

}  // namespace
}  // namespace proberen::test
