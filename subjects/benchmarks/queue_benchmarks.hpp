/// Queue beside other queues: 64-bit numbers, room for 4096. For SubjectBuilder::with; needs Debian's libconcurrentqueue-dev and
/// libboost-dev.
///
/// A put and a get count as one operation each. Even threads put, odd ones get, all the same number of times.
#pragma once

#include <string>
#include <type_traits>

#include "proberen/benchmark.hpp"
#include "subjects/benchmarks/peers/queues.hpp"

namespace proberen::benchmarks {
namespace queue_bench {

/// Keeps the compiler from dropping what was got.
inline void use(const peers::Number& number) { asm volatile("" : : "r"(number)); }

inline constexpr auto kBlocking = [](auto& queue, int thread, int /*threads*/) {
  if (thread % 2 == 0) {
    queue.put(thread);
  } else {
    use(queue.get());
  }
};

inline constexpr auto kTrying = [](auto& queue, int thread, int /*threads*/) {
  if (thread % 2 == 0) {
    peers::insist([&] { return queue.try_put(thread); });
  } else {
    peers::insist([&] {
      const auto number = queue.try_get();
      if (number) use(*number);
      return static_cast<bool>(number);
    });
  }
};

/// One thread that puts and gets, so the queue is never full and never found empty.
inline constexpr auto kSolo = [](auto& queue) {
  (void)queue.try_put(1);
  if (const auto number = queue.try_get()) use(*number);
};

}  // namespace queue_bench

inline constexpr auto queue_benchmarks = [](auto& subject) {
  using namespace queue_bench;
  const auto blocking = [&]<class Queue>(const char* peer, std::type_identity<Queue>) {
    subject.template peer<Queue>("blocking, 1 to 1", peer, {2}, kBlocking, Pace::kLockstep);
    subject.template peer<Queue>("blocking, 2 to 2", peer, {4}, kBlocking, Pace::kLockstep);
  };
  blocking("", std::type_identity<peers::OurQueue>());
  blocking("std::condition_variable", std::type_identity<peers::ConditionNumbers>());
  blocking("moodycamel::BlockingConcurrentQueue", std::type_identity<peers::MoodycamelQueue>());
  blocking("boost::lockfree::queue", std::type_identity<peers::BoostQueue>());

  const auto trying = [&]<class Queue>(const char* peer, std::type_identity<Queue>) {
    subject.template peer<Queue>("try path, 1 to 1", peer, {2}, kTrying, Pace::kLockstep);
    subject.template peer<Queue>("try path, solo", peer, {1}, kSolo);
  };
  trying("", std::type_identity<peers::OurQueue>());
  trying("Vyukov's ring", std::type_identity<peers::VyukovNumbers>());

  const auto blocking_goal = [&](const char* shape, int threads) {
    subject.goal({.text = "blocking, " + std::string(shape) + ": at least 2.0 times the better of the blocking peers",
                  .benchmark = "blocking, " + std::string(shape),
                  .threads = threads,
                  .peers = {"std::condition_variable", "moodycamel::BlockingConcurrentQueue"},
                  .at_most = false,
                  .limit = 2.0});
  };
  blocking_goal("1 to 1", 2);
  blocking_goal("2 to 2", 4);
  subject.goal({.text = "try path, 1 to 1: at least 0.8 of Vyukov's bare ring",
                .benchmark = "try path, 1 to 1",
                .threads = 2,
                .peers = {"Vyukov's ring"},
                .at_most = false,
                .limit = 0.8});
  subject.goal({.text = "try path, solo: at most 1.25 of the time of Vyukov's bare ring",
                .benchmark = "try path, solo",
                .peers = {"Vyukov's ring"},
                .limit = 1.25});
};

}  // namespace proberen::benchmarks
