/// ipc::Lock and ipc::RLock as subjects: the whole interface, with deaths, on a model of the kernel; and a counter behind it, on that model
/// or on the real kernel, across processes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>

#include <sys/types.h>
#include <unistd.h>

#include "proberen/ipc/lock.hpp"
#include "proberen/ipc/rlock.hpp"
#include "proberen/lock.hpp"
#include "proberen/subject.hpp"
#include "subjects/guarded.hpp"

namespace proberen::reference {

/// The kernel's side of robust futexes in user space, so that the algorithm runs on any platform and a death is an ordinary call: what
/// exit_robust_list() of kernel/futex/core.c does to one word. `kHint` is what has_sleepers() says: both answers are right.
template <class P, bool kHint>
struct KernelModel {
  struct Links {};
  using Word = typename P::template Atomic<std::uint32_t>;

  static std::uint32_t thread() {
    if constexpr (requires { requires P::kExplores; }) {
      return static_cast<std::uint32_t>(P::this_thread());
    } else {
      return static_cast<std::uint32_t>(P::this_thread() >> 4) & detail::kOwner;  // an address, on another stack for another thread
    }
  }
  static void announce(Links&) {}
  static void settle() {}
  static void enter(Links&) {}
  static void leave(Links&) {}
  static bool has_sleepers(Word&, std::uint32_t) { return kHint; }
  // The kernel's own accesses order nothing that the lock has not ordered.
  static void pass_on(Word& word) {
    (void)word.exchange(detail::kWaiters, std::memory_order_relaxed);
    P::unpark(word, 1);
  }
  static void open_to_all(Word& word) {
    (void)word.exchange(0, std::memory_order_relaxed);
    P::unpark(word, kWakeAll);
  }

  /// The end of the calling thread, if it holds the lock; false if not.
  static bool end_owner(Word& word) {
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    do {
      if ((seen & detail::kOwner) != thread()) return false;
    } while (!word.compare_exchange_strong(seen, (seen & detail::kWaiters) | detail::kOwnerDied, std::memory_order_release,
                                           std::memory_order_relaxed));
    if ((seen & detail::kWaiters) != 0) P::unpark(word, 1);
    return true;
  }
};

// Rules of known-bad twins.
struct HidesDeath : detail::RobustRules {
  static constexpr bool kDeathIsTold = false;
};
struct ForgivesSilence : detail::RobustRules {
  static constexpr bool kUnmarkedReleaseIsFinal = false;
};
struct ForgetsWaiters : detail::RobustRules {
  static constexpr bool kRecoveryKeepsWaiters = false;
};
struct AnyOwner : detail::RobustRules {
  static constexpr bool kOwnerAloneReleases = false;
};
struct KeepsDepth : detail::RobustRules {
  static constexpr bool kDepthEndsWithOwner = false;
};
struct CountsNoReleases : detail::RobustRules {
  static constexpr bool kReleasesAreCounted = false;
};

/// `Lock`: ipc::BasicRobustLock or ipc::BasicRobustRLock.
template <template <class, class, class> class Lock, class P, class Rules>
struct MortalLock : Lock<P, KernelModel<P, true>, Rules> {
  bool end_owner() { return KernelModel<P, true>::end_owner(this->core().word()); }
};

inline std::string told(std::error_code error) {
  if (!error) return "ok";
  return error == std::errc::invalid_argument ? "not_torn" : "not_held";
}

/// Every way to take and leave a robust lock.
template <template <class, class, class> class Lock, class P, class Rules>
struct MortalInterface {
  using Platform = P;

  MortalLock<Lock, P, Rules> lock;
  [[no_unique_address]] typename P::SharedData data;

  std::string acquire() { return entered(lock.acquire()); }
  std::string try_acquire() { return entered(lock.try_acquire()); }
  std::string acquire_for() { return entered(lock.acquire_for(kBriefly)); }
  std::string release() { return told(lock.release()); }
  std::string mark_consistent() { return told(lock.mark_consistent()); }
  std::string mark_unrecoverable() { return told(lock.mark_unrecoverable()); }
  std::string die() { return lock.end_owner() ? "ok" : "not_held"; }

 private:
  std::string entered(ipc::RobustStatus status) {
    if (is_held(status)) data.write();
    return std::string(to_string(status));
  }
};
template <class P, class Rules = detail::RobustRules>
using RobustLockInterface = MortalInterface<ipc::BasicRobustLock, P, Rules>;
template <class P, class Rules = detail::RobustRules>
using RobustRLockInterface = MortalInterface<ipc::BasicRobustRLock, P, Rules>;

inline constexpr auto ipc_lock_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("acquire", &T::acquire)
      .weight(2)
      .operation("try_acquire", &T::try_acquire)
      .operation("acquire_for", &T::acquire_for)
      .operation("release", &T::release)
      .weight(2)
      .operation("mark_consistent", &T::mark_consistent)
      .weight(1.5)
      .operation("mark_unrecoverable", &T::mark_unrecoverable)
      .weight(0.3)
      .operation("die", &T::die)
      .scenario("two take it", "acquire release | acquire release")
      .scenario("one tries", "acquire release | try_acquire release")
      .scenario("one gives up", "acquire release | acquire_for")
      .scenario("misused", "release | acquire acquire mark_consistent")
      .scenario("the owner dies", "acquire die | acquire mark_consistent release")
      .scenario("nobody repairs", "acquire die : acquire release | acquire release")
      .scenario("given up", "acquire die : acquire mark_unrecoverable | acquire_for try_acquire")
      .scenario("two wait for one that dies", "acquire die | acquire mark_consistent release | acquire mark_consistent release")
      .workload("taken in turns", "acquire release | acquire release | acquire release")
      .workload("dying", "acquire die | acquire mark_consistent release | acquire mark_consistent release");
};

inline constexpr auto ipc_rlock_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(ipc_lock_operations)
      .scenario("taken twice", "acquire acquire release release | acquire release")
      .scenario("the owner dies deep inside", "acquire acquire die | acquire mark_consistent release | try_acquire release")
      .scenario("its heir takes it twice", "acquire acquire die : acquire acquire release mark_consistent release | acquire release")
      .scenario("given up deep inside", "acquire die : acquire acquire mark_unrecoverable release | acquire_for try_acquire")
      .workload("taken twice in turns", "acquire acquire release release | acquire release | acquire try_acquire release release");
};

/// The lock as a guard.
template <class Lock>
struct RobustGuardAdapter {
  Lock lock;

  void enter() { (void)lock.acquire(); }
  bool try_enter() { return is_held(lock.try_acquire()); }
  bool enter_for(std::chrono::milliseconds timeout) { return is_held(lock.acquire_for(timeout)); }
  void leave() { (void)lock.release(); }
};

/// Holds the lock long enough for others to wait for it.
template <class Lock>
struct SlowRobustGuardAdapter : RobustGuardAdapter<Lock> {
  void leave() {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    RobustGuardAdapter<Lock>::leave();
  }
};

template <class P>
using RobustGuardSubject = Guarded<P, RobustGuardAdapter<ipc::BasicRobustLock<P, KernelModel<P, false>>>>;
template <class P>
using RobustRLockGuardSubject = Guarded<P, RobustGuardAdapter<ipc::BasicRobustRLock<P, KernelModel<P, false>>>>;
/// On the real kernel.
template <class P>
using SharedRobustGuardSubject = Guarded<P, RobustGuardAdapter<ipc::BasicRobustLock<P, ipc::detail::RobustKernel>>>;
template <class P>
using SlowSharedRobustGuardSubject = Guarded<P, SlowRobustGuardAdapter<ipc::BasicRobustLock<P, ipc::detail::RobustKernel>>>;

/// Knows its owner, but not of its death.
struct DeafLock {
  ipc::PlainLock lock;
  std::atomic<pid_t> owner{0};

  ipc::RobustStatus acquire() {
    lock.lock();
    owner.store(::gettid(), std::memory_order_relaxed);
    return ipc::RobustStatus::acquired;
  }
  ipc::RobustStatus try_acquire() {
    if (!lock.try_lock()) return ipc::RobustStatus::busy;
    owner.store(::gettid(), std::memory_order_relaxed);
    return ipc::RobustStatus::acquired;
  }
  std::error_code mark_consistent() { return std::make_error_code(is_mine() ? std::errc::invalid_argument : kNotMine); }
  std::error_code mark_unrecoverable() { return mark_consistent(); }
  std::error_code release() {
    if (!is_mine()) return std::make_error_code(kNotMine);
    owner.store(0, std::memory_order_relaxed);
    return lock.release();
  }

 private:
  static constexpr std::errc kNotMine = std::errc::operation_not_permitted;
  bool is_mine() const { return owner.load(std::memory_order_relaxed) == ::gettid(); }
};

/// On the real kernel, in memory shared by processes that are killed.
template <class Lock>
struct KilledLock {
  Lock lock;

  std::string acquire() { return std::string(to_string(lock.acquire())); }
  std::string try_acquire() { return std::string(to_string(lock.try_acquire())); }
  std::string mark_consistent() { return told(lock.mark_consistent()); }
  std::string mark_unrecoverable() { return told(lock.mark_unrecoverable()); }
  std::string release() { return told(lock.release()); }
};
template <class Rules = detail::RobustRules>
using KilledRobustLock = KilledLock<ipc::BasicRobustLock<SharedPlatform, ipc::detail::RobustKernel, Rules>>;
template <class Rules = detail::RobustRules>
using KilledRobustRLock = KilledLock<ipc::BasicRobustRLock<SharedPlatform, ipc::detail::RobustKernel, Rules>>;

/// A thread that ends a scenario as the lock's owner would leave it in the kernel's list when its memory goes. So whoever takes it here
/// gives it back, and random scenarios, which know of no such rule, do not take it.
inline constexpr auto killed_lock_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("acquire", &T::acquire)
      .weight(0)
      .operation("try_acquire", &T::try_acquire)
      .weight(0)
      .operation("mark_consistent", &T::mark_consistent)
      .operation("mark_unrecoverable", &T::mark_unrecoverable)
      .operation("release", &T::release)
      .process_shared()
      .workload("taken in turns", "acquire release | acquire release | acquire release")
      .crash_scenario("repaired",
                      "acquire mark_consistent release acquire mark_consistent release acquire mark_consistent release | "
                      "acquire mark_consistent release acquire mark_consistent release acquire mark_consistent release")
      .crash_scenario("not repaired", "acquire release acquire release | acquire release acquire release acquire release")
      .crash_scenario("three wait",
                      "acquire mark_consistent release acquire mark_consistent release | acquire mark_consistent release | "
                      "acquire mark_consistent release")
      .crash_scenario("given up",
                      "acquire release acquire release | acquire mark_unrecoverable acquire release try_acquire release release")
      .crash_scenario("tried",
                      "acquire mark_consistent release acquire mark_consistent release | "
                      "try_acquire mark_consistent release acquire mark_consistent release try_acquire mark_consistent release");
};

inline constexpr auto killed_rlock_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(killed_lock_operations)
      .workload("taken twice in turns", "acquire acquire release release | acquire release | acquire acquire release release")
      .crash_scenario("deep inside",
                      "acquire acquire acquire mark_consistent release release release acquire acquire mark_consistent release release | "
                      "acquire mark_consistent release acquire mark_consistent release acquire mark_consistent release")
      .crash_scenario("two deep inside",
                      "acquire acquire mark_consistent release release acquire acquire mark_consistent release release | "
                      "acquire acquire mark_consistent release release acquire acquire mark_consistent release release");
};

}  // namespace proberen::reference
