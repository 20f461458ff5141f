/// What the tests of robust locks share: processes that die while they hold one, and locks whose recovery is wrong.
#pragma once

#include <signal.h>

#include <atomic>
#include <deque>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/lock.hpp"

namespace proberen::test {

/// glibc BZ 20973: who recovers the lock forgets that others wait.
struct ForgetsWaiters : detail::RobustRules {
  static constexpr bool kRecoveryKeepsWaiters = false;
};
/// A death is hidden from the next owner.
struct HidesDeath : detail::RobustRules {
  static constexpr bool kDeathIsTold = false;
};
/// A lock that nobody repaired is handed on as if it were sound.
struct ForgivesSilence : detail::RobustRules {
  static constexpr bool kUnmarkedReleaseIsFinal = false;
};

/// Whoever inherits a recursive lock goes on where its dead owner was.
struct KeepsDepth : detail::RobustRules {
  static constexpr bool kDepthEndsWithOwner = false;
};
/// The first release of a recursive lock is the last.
struct CountsNoReleases : detail::RobustRules {
  static constexpr bool kReleasesAreCounted = false;
};

template <class Rules>
using WrongRobustLock = ipc::BasicRobustLock<SharedPlatform, ipc::detail::RobustKernel, Rules>;

/// Sends SIGKILL to a child that has not been waited for, and waits for its end.
inline void kill_and_wait(Child& child) {
  ::kill(child.id(), SIGKILL);
  (void)child.wait();
}

/// Takes the lock in a thread that ends without giving it back.
template <class L>
void die_holding(L& lock) {
  std::jthread([&] { EXPECT_EQ(lock.acquire(), ipc::RobustStatus::acquired); });
}

/// Takes a lock until told to stop; repairs it after deaths; notes what no lock may allow.
struct Hammered {
  std::atomic<int> stop{0};
  std::atomic<int> in_use{0};   ///< set while an owner is at work
  std::atomic<int> told{0};     ///< deaths told
  std::atomic<int> torn{0};     ///< of them, those that left `in_use` set
  std::atomic<int> unseen{0};   ///< acquired as if sound, with `in_use` set
  std::atomic<int> refused{0};  ///< any other answer
  std::atomic<long> passes{0};
};

template <class L>
void note_owner(Hammered& state, L& lock, ipc::RobustStatus status) {
  if (status == ipc::RobustStatus::owner_died) {
    ++state.told;
    if (state.in_use.exchange(0) != 0) ++state.torn;
    if (lock.mark_consistent()) ++state.refused;
  } else if (status != ipc::RobustStatus::acquired) {
    ++state.refused;
  } else if (state.in_use != 0) {
    ++state.unseen;
  }
}

template <class L>
bool hammer(Hammered& state, L& lock, int number) {
  for (int round = number; state.stop == 0; ++round) {
    ipc::RobustStatus status = round % 3 == 0 ? lock.acquire_for(50us) : lock.acquire();
    if (status == ipc::RobustStatus::timeout) continue;
    note_owner(state, lock, status);
    state.in_use = 1;
    if (round % 16 == 0) std::this_thread::yield();
    state.in_use = 0;
    if (lock.release()) ++state.refused;
    ++state.passes;
  }
  return true;
}

/// Whether everybody who waits for a lock gets it, one after the other, once its owner is killed.
template <class L>
bool reaches_every_waiter_after_a_death(int waiters, std::chrono::milliseconds patience) {
  Shared<L> lock;
  Shared<std::atomic<int>> held(0);
  Shared<std::atomic<int>> passed(0);
  Child owner([&] {
    (void)lock->acquire();
    *held = 1;
    return ::pause() == 0;
  });
  if (!eventually([&] { return *held == 1; })) return false;
  std::deque<Child> children;
  for (int i = 0; i < waiters; ++i) {
    children.emplace_back([&] {
      if (lock->acquire() == ipc::RobustStatus::owner_died && lock->mark_consistent()) return false;
      ++*passed;
      return !lock->release();
    });
  }
  std::this_thread::sleep_for(50ms);  // all of them asleep, most likely
  kill_and_wait(owner);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (*passed < waiters && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  return *passed == waiters;
}

}  // namespace proberen::test
