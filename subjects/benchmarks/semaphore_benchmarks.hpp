/// Semaphore beside other semaphores. For SubjectBuilder::with; needs Debian's libconcurrentqueue-dev.
#pragma once

#include <cstdint>
#include <type_traits>

#include "proberen/benchmark.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/semaphore.hpp"
#include "subjects/benchmarks/peers/semaphores.hpp"

namespace proberen::benchmarks {
namespace semaphore_bench {

/// What is measured is always the shipped semaphore, also in the build for a model checker.
using Semaphore = BasicSemaphore<NativePlatform>;

/// A semaphore with one unit and what it guards, on one cache line of their own.
template <class AnySemaphore>
struct alignas(64) Guarded {
  AnySemaphore semaphore{1};
  std::uint64_t count = 0;

  void increment() {
    semaphore.acquire();
    ++count;
    (void)semaphore.release();
  }
};

/// Two threads that hand one unit to and fro.
template <class AnySemaphore>
class Turns {
 public:
  void pass(int thread) {
    gates_[thread].semaphore.acquire();
    (void)gates_[1 - thread].semaphore.release();
  }

 private:
  struct alignas(64) Gate {
    AnySemaphore semaphore;
  };
  Gate gates_[2] = {{AnySemaphore(1)}, {AnySemaphore(0)}};
};

inline constexpr auto kIncrement = [](auto& guarded) { guarded.increment(); };
inline constexpr auto kTakeTurns = [](auto& turns, int thread, int /*threads*/) { turns.pass(thread); };

}  // namespace semaphore_bench

inline constexpr auto semaphore_benchmarks = [](auto& subject) {
  using namespace semaphore_bench;
  const auto versus = [&]<class AnySemaphore>(const char* peer, std::type_identity<AnySemaphore>) {
    subject.template peer<Guarded<AnySemaphore>>("uncontended", peer, {1}, kIncrement);
    subject.template peer<Guarded<AnySemaphore>>("contended", peer, {2, 0}, kIncrement);
    subject.template peer<Turns<AnySemaphore>>("handoff", peer, {2}, kTakeTurns, Pace::kHandOff);
  };
  versus("", std::type_identity<Semaphore>());
  versus("sem_t", std::type_identity<peers::PosixSemaphore>());
  versus("std::counting_semaphore", std::type_identity<peers::StandardSemaphore>());
  versus("moodycamel::LightweightSemaphore", std::type_identity<peers::MoodycamelSemaphore>());

  subject.goal({.text = "uncontended at most 0.85 of sem_t's time", .benchmark = "uncontended", .peers = {"sem_t"}, .limit = 0.85});
  subject.goal({.text = "two threads contending: at least 1.4 times the operations of sem_t",
                .benchmark = "contended",
                .threads = 2,
                .peers = {"sem_t"},
                .at_most = false,
                .limit = 1.4});
};

}  // namespace proberen::benchmarks
