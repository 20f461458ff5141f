// Conformance of ipc::Lock when processes die: killed at work, in generations, at random instants, beside glibc's own robust mutexes.
#include <gtest/gtest.h>

#include <pthread.h>

#include <array>
#include <random>

#include "primitives/tests/support/robust_locks.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen::test {
namespace {

using ipc::Lock;
using Status = ipc::RobustStatus;

bool repair(Lock& lock) { return lock.acquire() == Status::owner_died && !lock.mark_consistent() && !lock.release(); }

constexpr std::size_t kMany = 100;
using Row = std::array<Lock, kMany>;

TEST(IpcLockDeath, L25_AProcessKilledAmongAHundredLocks) {
  const auto row = ipc::Shared<Row>::create();
  const auto ready = ipc::Shared<std::atomic<int>>::create(0);
  for (int round = 0; round < 5; ++round) {
    *ready = 0;
    Child child([&] {
      std::vector<std::thread> threads;
      for (unsigned seed = 0; seed < 9; ++seed) {
        threads.emplace_back([&, seed] {
          std::minstd_rand random(seed + 1);
          for (int pass = 0;; ++pass) {
            Lock& lock = (*row)[random() % kMany];
            if (is_held(lock.try_acquire()) && random() % 4 != 0) (void)lock.release();
            if (pass == 300) ++*ready;
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
      return true;
    });
    ASSERT_TRUE(eventually([&] { return *ready == 9; }));
    kill_and_wait(child);
    int died = 0;
    for (Lock& lock : *row) {
      const Status status = lock.acquire();
      ASSERT_TRUE(is_held(status)) << to_string(status);
      if (status == Status::owner_died) {
        ++died;
        ASSERT_FALSE(lock.mark_consistent());
      }
      ASSERT_FALSE(lock.release());
    }
    EXPECT_GT(died, 0);
  }
}

TEST(IpcLockDeath, L26_ThreeGenerations) {
  Shared<std::array<Lock, 6>> locks;
  Child child([&] {
    Child grandchild([&] {
      for (int i = 3; i < 6; ++i) {
        if ((*locks)[i].acquire() != Status::acquired) return false;
      }
      return true;
    });
    if (!grandchild.wait()) return false;
    for (int i = 0; i < 3; ++i) {
      if ((*locks)[i].acquire() != Status::acquired) return false;
    }
    // Of the grandchild's: the first repaired and given back, the second taken along unrepaired, the third given back unrepaired.
    if (!repair((*locks)[3])) return false;
    if ((*locks)[4].acquire() != Status::owner_died) return false;
    return (*locks)[5].acquire() == Status::owner_died && !(*locks)[5].release();
  });
  ASSERT_TRUE(child.wait());
  EXPECT_TRUE(repair((*locks)[0]));
  EXPECT_EQ((*locks)[0].acquire(), Status::acquired);
  EXPECT_FALSE((*locks)[0].release());
  for (int i = 1; i < 3; ++i) {
    EXPECT_EQ((*locks)[i].acquire(), Status::owner_died);
    EXPECT_FALSE((*locks)[i].release());
    EXPECT_EQ((*locks)[i].acquire(), Status::not_recoverable);
  }
  EXPECT_EQ((*locks)[3].acquire(), Status::acquired);
  EXPECT_TRUE(repair((*locks)[4]));
  EXPECT_EQ((*locks)[5].acquire(), Status::not_recoverable);
  EXPECT_FALSE((*locks)[3].release());
}

TEST(IpcLockDeath, L28_AChildsEndLeavesItsParentsLocksAlone) {
  Shared<Lock> lock;
  Shared<Lock> second;
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(lock->acquire(), Status::acquired);
    ASSERT_EQ(second->acquire(), Status::acquired);
    Child child([&] {
      // A list of its own: what it takes and gives back must not touch its parent's.
      Lock own;
      Lock held;
      return lock->try_acquire() == Status::busy && lock->release() && own.acquire() == Status::acquired &&
             held.acquire() == Status::acquired && !own.release();
    });
    EXPECT_TRUE(child.wait());
    EXPECT_FALSE(lock->release());
    EXPECT_EQ(lock->try_acquire(), Status::acquired);
    EXPECT_FALSE(lock->release());
    EXPECT_FALSE(second->release());
  }
}

TEST(IpcLockDeath, B5_EveryWaiterIsReachedAfterADeath) { EXPECT_TRUE(reaches_every_waiter_after_a_death<Lock>(5, 30s)); }

TEST(KnownBadRobustLock, B5_AForgottenWaiterIsSeen) {
  // Where a waiter was not yet asleep at the death there is nobody to forget.
  EXPECT_TRUE(eventually([] { return !reaches_every_waiter_after_a_death<WrongRobustLock<ForgetsWaiters>>(5, 500ms); }));
}

/// One round: some processes hammer a lock and one or two of them are killed. Whether the others come to an end, and no death was
/// overlooked.
template <class L>
testing::AssertionResult survives_kills(std::minstd_rand& random, int& told, int& torn) {
  struct Ground {
    L lock;
    Hammered state;
  };
  Shared<Ground> ground;
  std::deque<Child> children;
  for (int i = 0; i < 4; ++i) children.emplace_back([&, i] { return hammer(ground->state, ground->lock, i); });
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
  const int kills = 1 + static_cast<int>(random() % 2);
  for (int i = 0; i < kills; ++i) {
    kill_and_wait(children.front());
    children.pop_front();
  }
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
  ground->state.stop = 1;
  for (Child& child : children) {
    if (!child.wait_for(20s)) return testing::AssertionFailure() << "a process hangs";
  }
  note_owner(ground->state, ground->lock, ground->lock.acquire());
  if (ground->lock.release()) return testing::AssertionFailure() << "not released";
  told += ground->state.told;
  torn += ground->state.torn;
  if (ground->state.unseen != 0) return testing::AssertionFailure() << "a death was overlooked";
  if (ground->state.refused != 0) return testing::AssertionFailure() << "a call was refused";
  if (ground->state.told > kills) return testing::AssertionFailure() << ground->state.told << " deaths were told of " << kills;
  return testing::AssertionSuccess();
}

TEST(IpcLockDeath, L25_KilledAtRandomInstantsNobodyHangsAndEveryDeathIsTold) {
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  int told = 0;
  int torn = 0;
  for (int round = 0; round < scaled(400); ++round) ASSERT_TRUE(survives_kills<Lock>(random, told, torn)) << "round " << round;
  EXPECT_GT(told, 0);
  EXPECT_GT(torn, 0);
}

TEST(KnownBadRobustLock, L25_OverlookedDeathsAreSeen) {
  std::minstd_rand random(1);
  int told = 0;
  int torn = 0;
  bool seen = false;
  for (int round = 0; round < 400 && !seen; ++round) seen = !survives_kills<WrongRobustLock<HidesDeath>>(random, told, torn);
  EXPECT_TRUE(seen);
}

/// glibc's own, beside ours in one list of the thread.
class GlibcRobust {
 public:
  GlibcRobust() {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
  }
  /// Not by pthread_mutex_lock(), of whose order ThreadSanitizer would complain.
  int lock() { return ::pthread_mutex_trylock(&mutex_); }
  int unlock() { return ::pthread_mutex_unlock(&mutex_); }
  int consistent() { return ::pthread_mutex_consistent(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

struct Mixture {
  std::array<Lock, 8> ours;
  std::array<GlibcRobust, 8> theirs;
  std::array<std::atomic<bool>, 16> held{};
};

/// Takes and gives back what `index` says, ours or theirs.
void toggle(Mixture& mixture, std::size_t index) {
  const bool take = !mixture.held[index];
  if (index < 8) {
    if (take) {
      (void)mixture.ours[index].acquire();
    } else {
      (void)mixture.ours[index].release();
    }
  } else {
    (void)(take ? mixture.theirs[index - 8].lock() : mixture.theirs[index - 8].unlock());
  }
  mixture.held[index] = take;
}

/// Whether a lock is told to have lost its owner when it had one and only then, and works again.
bool recovers(Mixture& mixture, std::size_t index) {
  if (index < 8) {
    Lock& lock = mixture.ours[index];
    const bool died = lock.acquire() == Status::owner_died;
    return died == mixture.held[index] && !lock.mark_consistent() == died && !lock.release();
  }
  GlibcRobust& mutex = mixture.theirs[index - 8];
  const bool died = mutex.lock() == EOWNERDEAD;
  return died == mixture.held[index] && (!died || mutex.consistent() == 0) && mutex.unlock() == 0;
}

TEST(IpcLockDeath, L28_OursAndGlibcsShareAThreadsListInAnyOrder) {
  std::minstd_rand random(7);
  for (int round = 0; round < scaled(200); ++round) {
    Shared<Mixture> mixture;
    const auto seed = static_cast<unsigned>(random());
    Child child([&] {
      std::minstd_rand order(seed);
      for (int step = 0; step < 200; ++step) toggle(*mixture, order() % 16);
      ::raise(SIGKILL);
      return false;
    });
    (void)child.wait();
    for (std::size_t i = 0; i < 16; ++i) ASSERT_TRUE(recovers(*mixture, i)) << "round " << round << ", lock " << i;
  }
}

template <class L>
bool excludes(int processes, int rounds) {
  struct Ground {
    L lock;
    std::atomic<long> first{0};
    std::atomic<long> second{0};
  };
  Shared<Ground> ground;
  std::deque<Child> children;
  for (int index = 0; index < processes; ++index) {
    children.emplace_back([&, index] {
      bool equal = true;
      for (int round = 0; round < rounds; ++round) {
        while (!is_held((index + round) % 2 == 0 ? ground->lock.acquire() : ground->lock.acquire_for(50us))) {
        }
        equal &= ground->first == ground->second;
        const long next = ground->first + 1;
        ground->first = next;
        if (round % 64 == 0) std::this_thread::yield();
        ground->second = next;
        if (ground->lock.release()) return false;
      }
      return equal;
    });
  }
  bool well = true;
  for (Child& child : children) well &= child.wait();
  return well && ground->first == long{processes} * rounds && ground->second == ground->first;
}

TEST(IpcLockDeath, L20_OneProcessAtATimeUnderStress) { EXPECT_TRUE(excludes<Lock>(4, scaled(20'000))); }

}  // namespace
}  // namespace proberen::test
