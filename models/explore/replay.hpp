/// Replay: the execution that a witness names.
///
/// A witness is a list of steps: `0:000-1:01-0:2!1` says that thread 0 makes three steps, thread 1 two, thread 0 one; each character is
/// what was chosen: how many writes back from the latest a read reads, how many places before the last a write goes, which choice is made.
/// After `!` comes the thread that runs on from there.
#pragma once

#include <string>
#include <vector>

#include "models/explore/strategy.hpp"

namespace proberen::explore {

class Replay final : public Strategy {
 public:
  /// Throws std::invalid_argument, one line, where it is not a witness.
  explicit Replay(const std::string& witness);

  [[nodiscard]] Graph& graph() override { return graph_; }
  [[nodiscard]] bool next() override;
  [[nodiscard]] bool read(EventId read, const Prospect& prospect) override;
  [[nodiscard]] bool write(EventId write) override;
  [[nodiscard]] bool outlives(const Clash& /*clash*/) override { return true; }
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(ThreadSet enabled, ThreadSet unstarted) override;
  [[nodiscard]] bool knows_step_of(ThreadId thread) const override {
    const auto at = static_cast<std::size_t>(graph_.size());
    return at < steps_.size() && steps_[at].thread == thread;
  }
  [[nodiscard]] bool waits_for_good() const override { return true; }

 private:
  struct Step {
    ThreadId thread;
    int choice;
  };
  [[nodiscard]] int choice_of(EventId id) const;

  Graph graph_;
  std::vector<Step> steps_;
  ThreadId last_ = kNoThread;
  bool begun_ = false;
};

}  // namespace proberen::explore
