/// Two processes on one lock or semaphore, in memory that they share.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/lock.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/semaphore.hpp"
#include "subjects/benchmarks/process_start.hpp"

namespace proberen::benchmarks {

/// What processes can share, each as a gate: `pass` waits until it is open and closes it, `open` opens it.
struct LockGate {
  static constexpr const char* kName = "lock";
  explicit LockGate(bool is_open) {
    if (!is_open) lock.lock();
  }
  void pass() { lock.lock(); }
  void open() { (void)lock.release(); }
  BasicLock<SharedPlatform> lock;
};

struct SemaphoreGate {
  static constexpr const char* kName = "semaphore";
  explicit SemaphoreGate(bool is_open) : semaphore(is_open ? 1 : 0) {}
  void pass() { semaphore.acquire(); }
  void open() { (void)semaphore.release(); }
  BasicSemaphore<SharedPlatform> semaphore;
};

struct PthreadGate {
  static constexpr const char* kName = "pthread";
  explicit PthreadGate(bool /*is_open*/) {
    pthread_mutexattr_t shared;
    ::pthread_mutexattr_init(&shared);
    ::pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    ::pthread_mutex_init(&mutex, &shared);
    ::pthread_mutexattr_destroy(&shared);
  }
  void pass() { ::pthread_mutex_lock(&mutex); }
  void open() { ::pthread_mutex_unlock(&mutex); }
  pthread_mutex_t mutex;
};

struct PosixGate {
  static constexpr const char* kName = "posix";
  explicit PosixGate(bool is_open) { ::sem_init(&semaphore, 1, is_open ? 1 : 0); }
  void pass() {
    while (::sem_wait(&semaphore) != 0) {
    }
  }
  void open() { ::sem_post(&semaphore); }
  sem_t semaphore;
};

/// What the two processes share.
template <class Gate>
struct Arena {
  struct alignas(64) Line {
    explicit Line(bool is_open) : gate(is_open) {}
    Gate gate;
    std::uint64_t count = 0;
  };
  struct alignas(64) Lane {
    std::int64_t begin = 0;  ///< CLOCK_MONOTONIC, nanoseconds
    std::int64_t end = 0;
    std::uint64_t iterations = 0;
  };

  Line lines[2] = {Line(true), Line(false)};
  Lane lanes[2];
  alignas(64) std::atomic<int> arrived{0};
  std::atomic<bool> over{false};
};

/// Keeps the process on a core of its own, where there are two.
inline void pin_child(int child) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  unsigned core = 0;
  for (int skip = child; !CPU_ISSET(core, &allowed) || skip-- > 0;) ++core;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

/// Each passes and opens the first gate as often as it can.
template <class Gate>
std::uint64_t hammer(Arena<Gate>& arena, std::int64_t end) {
  constexpr std::uint64_t kBetweenLooksAtTheClock = 64;
  auto& line = arena.lines[0];
  std::uint64_t done = 0;
  while (peers::monotonic_now() < end) {
    for (std::uint64_t i = 0; i < kBetweenLooksAtTheClock; ++i) {
      line.gate.pass();
      ++line.count;
      line.gate.open();
    }
    done += kBetweenLooksAtTheClock;
  }
  return done;
}

/// Each waits at its own gate and opens the other's. The first says when it is over, while the turn is its own.
template <class Gate>
std::uint64_t take_turns(Arena<Gate>& arena, int child, std::int64_t end) {
  for (std::uint64_t done = 1;; ++done) {
    arena.lines[child].gate.pass();
    if (child == 0 && peers::monotonic_now() >= end) arena.over.store(true, std::memory_order_relaxed);
    const bool last = arena.over.load(std::memory_order_relaxed);
    arena.lines[1 - child].gate.open();
    if (last) return done;
  }
}

/// The entry of either process; process_subject.cpp registers it for every gate.
template <class Gate>
void exchange(const ipc::Descriptor& memory, int child, bool turns, std::int64_t nanoseconds) {
  const auto shared = ipc::Shared<Arena<Gate>>::map(memory.duplicate());
  Arena<Gate>& arena = *shared;
  pin_child(child);
  arena.arrived.fetch_add(1, std::memory_order_acq_rel);
  while (arena.arrived.load(std::memory_order_acquire) < 2) NativePlatform::yield();
  auto& lane = arena.lanes[child];
  lane.begin = peers::monotonic_now();
  lane.iterations = turns ? take_turns(arena, child, lane.begin + nanoseconds) : hammer(arena, lane.begin + nanoseconds);
  lane.end = peers::monotonic_now();
}

/// `turns`: microseconds for one round, in which each process hands over once. Else: operations of both together in a second.
template <class Gate>
class ExchangeSampler final : public BenchmarkSampler {
 public:
  ExchangeSampler(ipc::StartMethod method, bool turns) : context_(method, {.allow_fork_with_threads = true}), turns_(turns) {}

  double sample(std::chrono::nanoseconds time) override {
    keep_resident(0);
    const auto arena = ipc::Shared<Arena<Gate>>::create();
    ipc::Process first = start(arena, 0, time);
    ipc::Process second = start(arena, 1, time);
    expect_end(first, time);
    expect_end(second, time);
    const auto& [one, other] = arena->lanes;
    if (turns_) return static_cast<double>(one.end - one.begin) / 1000 / static_cast<double>(one.iterations);
    const std::int64_t elapsed = std::max(one.end, other.end) - std::min(one.begin, other.begin);
    return static_cast<double>(one.iterations + other.iterations) / (static_cast<double>(elapsed) * 1e-9);
  }

 private:
  ipc::Process start(const ipc::Shared<Arena<Gate>>& arena, int child, std::chrono::nanoseconds time) {
    return context_.start("proberen_benchmark_" + std::string(Gate::kName), arena.duplicate_descriptor(), child, turns_,
                          static_cast<std::int64_t>(time.count()));
  }
  static void expect_end(ipc::Process& process, std::chrono::nanoseconds time) {
    constexpr std::chrono::seconds kPatience{10};
    if (process.join_for(time + kPatience) != 0) throw std::runtime_error("a process that shared a lock did not end well");
  }

  ipc::Context context_;
  bool turns_;
};

}  // namespace proberen::benchmarks
