/// Sampler: executions drawn at random: over schedules, by one of the schedulers, and over sources of reads and places of writes.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/explore/schedulers.hpp"
#include "models/explore/strategy.hpp"

namespace proberen::explore {

class Sampler final : public Strategy {
 public:
  explicit Sampler(const Options& options);

  [[nodiscard]] Graph& graph() override { return graph_; }
  [[nodiscard]] bool next() override;
  [[nodiscard]] bool read(EventId read, const Prospect& prospect) override;
  [[nodiscard]] bool write(EventId write) override;
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(ThreadSet enabled, ThreadSet /*unstarted*/) override { return scheduler_->pick(enabled, graph_.size()); }
  [[nodiscard]] bool passes_over_silent_steps() const override { return true; }
  [[nodiscard]] bool looks_ahead() const override { return scheduler_->looks_ahead(); }
  void announce(ThreadId thread, LocationId location, bool writes) override { scheduler_->announce(thread, location, writes); }
  void performed(ThreadId thread, LocationId location, bool writes) override { scheduler_->performed(thread, location, writes); }
  [[nodiscard]] Variety variety() override;

 private:
  /// Of the reads-from graph: which write each read of each thread had, whatever the order of steps was.
  [[nodiscard]] std::uint64_t hash_of_graph() const;
  [[nodiscard]] int choices_at(const Event& event, EventId latest) const;

  Graph graph_;
  Random random_;
  std::unique_ptr<Scheduler> scheduler_;
  Variety variety_;
  std::unordered_map<std::uint64_t, bool> seen_;  ///< hashes of graphs, up to kRemembered, and whether more than once
};

}  // namespace proberen::explore
