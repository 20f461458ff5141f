/// Bounded search: the executions that have a schedule with few preemptions (Musuvathi, Qadeer, "Iterative context bounding for systematic
/// testing of multithreaded programs", PLDI 2007).
///
/// A schedule of a sequentially consistent execution is an interleaving: each step sees the latest values. A schedule of any other
/// execution is an order in which each read comes after its write. A preemption is a switch away from a thread that could go on and has not
/// yielded.
///
/// All decisions of an execution, whose step is next, which write a read reads, where a write goes in modification order, which choice is
/// made, are enumerated depth first; a switch that would be one preemption too many is not made. An execution with several schedules is met
/// several times, and is told by its fingerprint. So is the beginning of one: where the same steps were made before, in another order with
/// as many preemptions and with the same thread at the end, all that can follow has been visited, and the execution is left.
///
/// Who waits for a value waits here before reading it, so blocked executions are others than those of the exhaustive search.
///
/// Time: each beginning of an execution within the bound once. Memory: a fingerprint for each execution, and for up to kMostBeginnings
/// beginnings; past that some are gone through again.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "models/explore/strategy.hpp"

namespace proberen::explore {

inline constexpr std::size_t kMostBeginnings = 2'000'000;

class BoundedSearch final : public Strategy {
 public:
  explicit BoundedSearch(const Options& options) : bound_(options.preemptions), interleaves_(options.model == MemoryModel::kSc) {}

  [[nodiscard]] Graph& graph() override { return graph_; }
  [[nodiscard]] bool next() override;
  [[nodiscard]] bool read(EventId read, const Prospect& prospect) override;
  [[nodiscard]] bool write(EventId write) override;
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(ThreadSet enabled, ThreadSet unstarted) override;
  void yielded() override { yielded_ = true; }
  [[nodiscard]] bool looks_ahead() const override { return true; }
  void performed(ThreadId /*thread*/, LocationId /*location*/, bool /*writes*/) override { yielded_ = false; }
  [[nodiscard]] bool visited_before() override;
  [[nodiscard]] bool stands() const override;
  [[nodiscard]] bool visits_all() const override { return !left_out_; }
  [[nodiscard]] bool left_out() const override { return left_out_; }

 private:
  using Untried = std::vector<int>;  ///< the last one is taken first

  /// Whether this decision is one of those that lead to where the search goes on; then `option` is what is decided.
  [[nodiscard]] bool decided(int& option);
  int decide(Untried options);
  [[nodiscard]] bool begun_before(ThreadSet enabled, bool free);
  [[nodiscard]] EventId back(EventId write, int steps) const;
  [[nodiscard]] bool can_read(EventId read, EventId source, const Prospect& prospect);

  int bound_;
  bool interleaves_;  ///< executions are sequentially consistent, all of them
  Graph graph_;
  std::vector<Untried> path_;  ///< for each decision of this execution, what is left to try, the current one included
  std::size_t at_ = 0;         ///< the next decision
  bool started_ = false;
  ThreadId running_ = 0;
  EventId picked_at_ = kNoEvent;  ///< the event that the running thread was picked for
  int preemptions_ = 0;
  bool yielded_ = false;
  bool stale_ = false;  ///< a step of this execution has not seen the latest value
  bool left_out_ = false;
  std::unordered_set<std::uint64_t> visited_;  ///< fingerprints
  std::unordered_set<std::uint64_t> beginnings_;
};

}  // namespace proberen::explore
