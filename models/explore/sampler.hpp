/// Sampler: executions drawn at random, over schedules, sources of reads and places of writes.
///
/// kRandom: every step by a thread drawn uniformly. kPct: threads have random priorities, which change at random steps: probabilistic
/// concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "models/explore/strategy.hpp"

namespace proberen::explore {

class Sampler final : public Strategy {
 public:
  explicit Sampler(const Options& options);

  [[nodiscard]] Graph& graph() override { return graph_; }
  [[nodiscard]] bool next() override;
  [[nodiscard]] bool read(EventId read, const Follow* follow) override;
  [[nodiscard]] bool write(EventId write, std::vector<Waiter>& waiters) override;
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(std::uint64_t enabled, std::uint64_t unstarted) override;
  [[nodiscard]] std::uint64_t distinct() const override { return seen_.size(); }

 private:
  std::uint64_t random();
  std::uint64_t below(std::uint64_t bound) { return static_cast<std::uint64_t>((static_cast<Value>(random()) * bound) >> 64); }
  void draw_priorities();
  void remember();

  Options options_;
  Graph graph_;
  std::uint64_t state_;
  std::array<std::uint64_t, kMaxThreads> priorities_{};
  std::vector<EventId> changes_;  ///< of PCT: the steps at which the running thread becomes the last
  EventId longest_ = 16;
  std::unordered_set<std::uint64_t> seen_;  ///< hashes of reads-from graphs, up to kRemembered
};

}  // namespace proberen::explore
