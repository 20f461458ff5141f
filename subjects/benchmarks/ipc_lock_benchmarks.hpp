/// ipc::Lock and ipc::RLock beside glibc's robust mutex, plain and recursive. For SubjectBuilder::with.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/lock.hpp"
#include "proberen/ipc/rlock.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "subjects/benchmarks/peers/robust_mutex.hpp"

namespace proberen::benchmarks {
namespace robust_bench {

/// A lock and what it guards, on one cache line of their own.
template <class Mutex>
struct alignas(64) Guarded {
  Mutex mutex;
  std::uint64_t count = 0;
};

template <class Lock>
class OurRobustLock {
 public:
  void lock() { (void)lock_.acquire(); }
  void unlock() { (void)lock_.release(); }
  bool lock_and_repair() { return lock_.acquire() == ipc::RobustStatus::owner_died && !lock_.mark_consistent(); }

 private:
  Lock lock_;
};

inline constexpr auto kIncrement = [](auto& guarded) {
  guarded.mutex.lock();
  ++guarded.count;
  guarded.mutex.unlock();
};
inline constexpr auto kNestedIncrement = [](auto& guarded) {
  guarded.mutex.lock();
  kIncrement(guarded);
  guarded.mutex.unlock();
};

/// From the owner's suicide by SIGKILL to the moment at which a process that waits for the lock holds it and knows, in microseconds.
template <class Mutex>
class DeathNoticeSampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds time) override {
    const auto end = SteadyClock::now() + time;
    SteadyClock::duration total{};
    int deaths = 0;
    do {
      total += one_death();
      ++deaths;
    } while (SteadyClock::now() < end);
    return std::chrono::duration<double, std::micro>(total).count() / deaths;
  }

 private:
  struct Ground {
    Mutex mutex;
    std::atomic<bool> held{false};
    std::atomic<SteadyClock::rep> died{0};
  };

  static SteadyClock::duration one_death() {
    const auto ground = ipc::Shared<Ground>::create();
    const pid_t owner = ::fork();
    if (owner < 0) throw std::runtime_error("fork");
    if (owner == 0) {
      ground->mutex.lock();
      ground->held = true;
      ::usleep(300);  // the parent falls asleep
      ground->died = SteadyClock::now().time_since_epoch().count();
      ::raise(SIGKILL);
    }
    while (!ground->held) std::this_thread::yield();
    const bool told = ground->mutex.lock_and_repair();
    const SteadyClock::duration now = SteadyClock::now().time_since_epoch();
    ground->mutex.unlock();
    ::waitpid(owner, nullptr, 0);
    if (!told) throw std::runtime_error("a robust lock did not tell that its owner had died");
    return now - SteadyClock::duration(ground->died);
  }
};

template <class Mutex>
Benchmark death_notice(const char* peer) {
  Benchmark benchmark{.name = "owner's death to its notice", .peer = peer, .unit = "us"};
  benchmark.make_sampler = [] { return std::make_unique<DeathNoticeSampler<Mutex>>(); };
  return benchmark;
}

}  // namespace robust_bench

inline constexpr auto ipc_lock_benchmarks = [](auto& subject) {
  using namespace robust_bench;
  const char* const kGlibc = "pthread_mutex_t, robust";
  using Ours = OurRobustLock<ipc::Lock>;
  using Theirs = peers::PthreadRobustMutex<>;
  subject.template peer<Guarded<Ours>>("uncontended", "", {1}, kIncrement);
  subject.template peer<Guarded<Theirs>>("uncontended", kGlibc, {1}, kIncrement);
  subject.template peer<Guarded<Ours>>("hammer", "", {2, 0}, kIncrement);
  subject.template peer<Guarded<Theirs>>("hammer", kGlibc, {2, 0}, kIncrement);
  subject.measure(death_notice<Ours>(""));
  subject.measure(death_notice<Theirs>(kGlibc));
  subject.goal(
      {.text = "uncontended at most 1.05 of glibc's robust mutex's time", .benchmark = "uncontended", .peers = {kGlibc}, .limit = 1.05});
};

inline constexpr auto ipc_rlock_benchmarks = [](auto& subject) {
  using namespace robust_bench;
  const char* const kGlibc = "pthread_mutex_t, robust and recursive";
  using Ours = OurRobustLock<ipc::RLock>;
  using Theirs = peers::PthreadRobustMutex<PTHREAD_MUTEX_RECURSIVE>;
  subject.template peer<Guarded<Ours>>("uncontended", "", {1}, kIncrement);
  subject.template peer<Guarded<Theirs>>("uncontended", kGlibc, {1}, kIncrement);
  subject.template peer<Guarded<Ours>>("nested", "", {1}, kNestedIncrement);
  subject.template peer<Guarded<Theirs>>("nested", kGlibc, {1}, kNestedIncrement);
  subject.template peer<Guarded<Ours>>("hammer", "", {2, 0}, kIncrement);
  subject.template peer<Guarded<Theirs>>("hammer", kGlibc, {2, 0}, kIncrement);
};

}  // namespace proberen::benchmarks
