/// Lock and RLock beside other locks. For SubjectBuilder::with; needs absl::synchronization.
#pragma once

#include <cstdint>
#include <mutex>
#include <type_traits>

#include "proberen/benchmark.hpp"
#include "proberen/lock.hpp"
#include "proberen/rlock.hpp"
#include "subjects/benchmarks/peers/fibers.hpp"
#include "subjects/benchmarks/peers/mutexes.hpp"
#include "subjects/benchmarks/peers/turns.hpp"

namespace proberen::benchmarks {
namespace lock_bench {

/// What is measured is always the shipped lock, also in the build for a model checker.
using Lock = BasicLock<NativePlatform>;
using RLock = BasicRLock<NativePlatform>;

/// A lock and what it guards, on one cache line of their own.
template <class Mutex>
struct alignas(64) Guarded {
  Mutex mutex;
  std::uint64_t count = 0;

  void increment() {
    mutex.lock();
    ++count;
    mutex.unlock();
  }
};

/// Two locks as gates; a thread waits at its own and opens the other's. A Lock may be released by any thread.
class LockTurns {
 public:
  LockTurns() { gates_[1].gate.lock(); }
  void pass(int thread) {
    gates_[thread].gate.lock();
    gates_[1 - thread].gate.unlock();
  }

 private:
  struct alignas(64) Gate {
    Lock gate;
  };
  Gate gates_[2];
};

inline constexpr auto kIncrement = [](auto& guarded) { guarded.increment(); };
inline constexpr auto kTakeTurns = [](auto& turns, int thread, int /*threads*/) { turns.pass(thread); };
/// The first thread runs both fibers; the second has nothing to do, and the figure stands beside those of two threads.
inline constexpr auto kSwitchFibers = [](auto& fibers, int thread, int /*threads*/) {
  if (thread == 0) fibers.round_trip();
};

}  // namespace lock_bench

inline constexpr auto lock_benchmarks = [](auto& subject) {
  using namespace lock_bench;
  const auto versus = [&]<class Mutex>(const char* peer, std::type_identity<Mutex>) {
    subject.template peer<Guarded<Mutex>>("uncontended", peer, {1}, kIncrement);
    subject.template peer<Guarded<Mutex>>("hammer", peer, {2, 0}, kIncrement);
  };
  versus("", std::type_identity<Lock>());
  versus("std::mutex", std::type_identity<std::mutex>());
  versus("pthread_mutex_t", std::type_identity<peers::PthreadMutex>());
  versus("absl::Mutex", std::type_identity<peers::AbslMutex>());

  subject.template peer<LockTurns>("handoff", "", {2}, kTakeTurns, Pace::kHandOff);
  subject.template peer<peers::ConditionVariableTurns>("handoff", "std::condition_variable", {2}, kTakeTurns, Pace::kHandOff);
  subject.template peer<peers::AbslTurns>("handoff", "absl::Mutex", {2}, kTakeTurns, Pace::kHandOff);
  subject.template peer<peers::UcontextFibers>("handoff", "ucontext fibers", {2}, kSwitchFibers, Pace::kHandOff);

  subject.goal(
      {.text = "uncontended at most 0.80 of std::mutex's time", .benchmark = "uncontended", .peers = {"std::mutex"}, .limit = 0.80});
  subject.goal({.text = "two threads hammering: at least as many operations as std::mutex",
                .benchmark = "hammer",
                .threads = 2,
                .peers = {"std::mutex"},
                .at_most = false,
                .limit = 1.0});
  subject.goal({.text = "two threads hammering: the slower one gets at least 0.40",
                .benchmark = "hammer",
                .threads = 2,
                .at_most = false,
                .limit = 0.40,
                .unit = "share"});
};

inline constexpr auto rlock_benchmarks = [](auto& subject) {
  using namespace lock_bench;
  const auto again = [](auto& guarded) {
    guarded.mutex.lock();
    guarded.increment();
    guarded.mutex.unlock();
  };
  const auto versus = [&]<class Mutex>(const char* peer, std::type_identity<Mutex>) {
    subject.template peer<Guarded<Mutex>>("uncontended", peer, {1}, kIncrement);
    subject.template peer<Guarded<Mutex>>("taken twice", peer, {1}, again);
    subject.template peer<Guarded<Mutex>>("hammer", peer, {2, 0}, kIncrement);
  };
  versus("", std::type_identity<RLock>());
  versus("std::recursive_mutex", std::type_identity<std::recursive_mutex>());

  subject.goal({.text = "uncontended at most 1.0 of std::recursive_mutex's time",
                .benchmark = "uncontended",
                .peers = {"std::recursive_mutex"},
                .limit = 1.0});
};

}  // namespace proberen::benchmarks
