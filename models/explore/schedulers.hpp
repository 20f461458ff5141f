/// Schedulers: in sampled executions, whose step is next.
///
///   random   every step by a thread drawn uniformly
///   pct      threads have random priorities, which change at depth-1 random steps; who has made very many steps while others could go on
///            comes after them: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of
///            finding bugs", ASPLOS 2010
///   pos      every step has a random priority, drawn anew when a step that races with it goes first: Yuan, Yang, Gu, "Partial order aware
///            concurrency sampling", CAV 2018
///   surw     selectively uniform random walk: the steps at one location, another one in each execution, are ordered so that every order is
///   as
///            likely as any other, as far as their numbers in the execution before tell; the other steps at random. Zhao, Wolff, Mathur,
///            Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/explore/graph.hpp"
#include "proberen/explore/thread_set.hpp"

namespace proberen::explore {

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return static_cast<std::uint64_t>((static_cast<Value>(next()) * bound) >> 64); }
  static std::uint64_t mixed(std::uint64_t x);

 private:
  std::uint64_t state_;
};

class Scheduler {
 public:
  explicit Scheduler(Random& random) : random_(random) {}
  virtual ~Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// A new execution begins.
  virtual void begin() {}
  /// Whether it looks at steps: else the two below are not called.
  [[nodiscard]] virtual bool looks_ahead() const { return false; }
  /// The next step of the thread will be at the location, or at none.
  virtual void announce(ThreadId /*thread*/, LocationId /*location*/, bool /*writes*/) {}
  /// The thread has made the step.
  virtual void performed(ThreadId /*thread*/, LocationId /*location*/, bool /*writes*/) {}
  /// One of a set of threads, which is not empty; `step` counts the steps of the execution.
  [[nodiscard]] virtual ThreadId pick(ThreadSet enabled, EventId step) = 0;

 protected:
  /// One of the set, each as likely as any other.
  [[nodiscard]] ThreadId any_of(ThreadSet set);
  Random& random_;
};

[[nodiscard]] std::unique_ptr<Scheduler> make_scheduler(const Options& options, Random& random);

}  // namespace proberen::explore
