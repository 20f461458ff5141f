/// Search: which executions are visited, in which order, and never one twice.
///
/// Truly stateless optimal dynamic partial order reduction: Kokologiannakis, Marmanis, Gladstein, Vafeiadis, POPL 2022 ("TruSt").
/// Executions differ in reads-from and modification order. A new read takes each write that coherence allows, a new write each place in
/// modification order; and a new write w may also be read by a read r that is already there and not among its causes (a backward
/// revisit): then all events added after r, except the causes of w, are removed, to be added again as the program sees fit. To reach every
/// graph once, this is done only where r and all that is removed were added in the one canonical way, that is as if they had been added
/// last: each read reads the last write there was, each write was the last and unread, each choice is the first.
///
/// The order in which threads add events must be a function of the graph (the engine takes the first thread that can go on).
/// Memory: one graph for each backward revisit on the way to the current execution; it does not grow with the number of executions.
#pragma once

#include <bit>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "models/explore/strategy.hpp"

namespace proberen::explore {

class ExhaustiveSearch final : public Strategy {
 public:
  ExhaustiveSearch();

  [[nodiscard]] Graph& graph() override { return *graph_; }
  [[nodiscard]] bool next() override;
  [[nodiscard]] bool read(EventId read, const Prospect& prospect) override;
  [[nodiscard]] bool write(EventId write, std::vector<Waiter>& waiters) override;
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(std::uint64_t enabled, std::uint64_t /*unstarted*/) override { return std::countr_zero(enabled); }
  [[nodiscard]] bool takes_first() const override { return true; }
  [[nodiscard]] EventId revisited() const override { return revisited_; }
  [[nodiscard]] EventId cause() const override { return cause_; }
  void move_on(EventId write, std::vector<Waiter>& waiters) override;
  [[nodiscard]] bool may_change(EventId event) const override { return canonical(event, kNoEvent); }
  [[nodiscard]] std::uint64_t blocked_unseen() override { return std::exchange(blocked_unseen_, 0); }
  [[nodiscard]] bool exhausts() const override { return true; }
  [[nodiscard]] bool divisible() const override;
  void keep_half(Half half) override;

 private:
  enum class What : std::uint8_t { kSource, kFutile, kConflict, kPlace, kValue, kRevisit, kMove, kMoveConflict };
  struct Alternative {
    EventId event;
    EventId other;  ///< the source; the neighbour before; the value; the read to be changed
    What what;
    Order read_order = Order::kRelaxed;  ///< of kFutile, kConflict and kMoveConflict
    Order write_order = Order::kRelaxed;
    Value value = 0;  ///< of kConflict: what would be written
  };
  struct Frame {
    Graph graph;
    std::vector<Alternative> alternatives;
    EventId loose = kNoEvent;       ///< the read changed by the revisit that made this frame
    EventId cause = kNoEvent;       ///< and the write that it reads
    std::vector<EventId> returned;  ///< the waiting reads that had to be moved back then
  };

  static void reopen(Event& read);
  bool take(const Alternative& alternative);
  void conflict(const Alternative& alternative);
  void try_update(EventId read, const Alternative& alternative);
  bool revisit(EventId write, EventId read);
  bool move(EventId write, EventId read);
  bool place(EventId write, EventId loose);
  void plan_revisits(EventId write, const std::vector<Waiter>& waiters);

  [[nodiscard]] bool canonical(EventId event, EventId cause) const;
  [[nodiscard]] static bool move_back(Frame& frame);
  void move_waiters(EventId write, std::vector<Waiter>& waiters);

  void enter(std::size_t depth);
  Frame& open_frame(EventId loose, EventId last);
  [[nodiscard]] static bool is_coherent(const Graph& graph, EventId read);

  std::deque<Frame> frames_;
  std::size_t depth_ = 0;
  Graph* graph_ = nullptr;  ///< that of the frame at depth_
  bool started_ = false;
  EventId revisited_ = kNoEvent;
  EventId cause_ = kNoEvent;
  std::uint64_t blocked_unseen_ = 0;
  std::vector<EventId> kept_;
};

}  // namespace proberen::explore
