/// Search: which executions are visited, in which order, and never one twice.
///
/// Truly stateless optimal dynamic partial order reduction: Kokologiannakis, Marmanis, Gladstein, Vafeiadis, POPL 2022 ("TruSt").
/// Executions differ in reads-from and modification order. A new read takes each write that coherence allows, a new write each place in
/// modification order; and a new write w may also be read by a read r that is already there and not among its causes (a backward
/// revisit): then all events added after r, except the causes of w, are removed, to be added again as the program sees fit. To reach every
/// graph once, this is done only where r and all that is removed were added in the one canonical way, that is as if they had been added
/// last: each read reads the last write there was, each write was the last and unread, each choice is the first.
///
/// A thread that waits for a value (a lock's, mostly) makes its step, a read-modify-write, once the latest value lets it, so executions in
/// which it waits for ever are no by-product of the search. Where a revisit gives such a read a value that does not let it go on, another
/// thread has come before it: the read is withdrawn, its thread waits, and what it will read comes later in modification order (what came
/// before has been tried). The write that took its place stays: it counts as read by the withdrawn one. Where nobody can go on, those who
/// wait try older values. The aim is that of Kokologiannakis, Marmanis, Vafeiadis: "Unblocking Dynamic Partial Order Reduction", CAV 2023.
///
/// The order in which threads add events must be a function of the graph (the engine takes the first thread that can go on).
/// Memory: one graph for each backward revisit on the way to the current execution; it does not grow with the number of executions.
#pragma once

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
  [[nodiscard]] bool write(EventId write) override;
  void choose(EventId choice, unsigned count) override;
  [[nodiscard]] ThreadId pick(ThreadSet enabled, ThreadSet /*unstarted*/) override { return enabled.first(); }
  [[nodiscard]] bool takes_first() const override { return true; }
  [[nodiscard]] EventId revisited() const override { return revisited_; }
  [[nodiscard]] bool withdraw(EventId read) override;
  [[nodiscard]] bool reads_older(const Event& read, const Prospect& prospect) override;
  [[nodiscard]] bool may_change(EventId event) override { return may_be_canonical(event); }
  [[nodiscard]] bool outlives(const Clash& clash) override;
  [[nodiscard]] std::uint64_t blocked_unseen() override { return std::exchange(blocked_unseen_, 0); }
  [[nodiscard]] bool exhausts() const override { return true; }
  [[nodiscard]] bool divisible() const override;
  void keep_half(Half half) override;

 private:
  enum class What : std::uint8_t { kSource, kFutile, kConflict, kPlace, kValue, kRevisit, kClash };
  struct Alternative {
    EventId event;
    EventId other;  ///< the source; the neighbour before; the value; the read to be changed
    What what;
    Order read_order = Order::kRelaxed;  ///< of kFutile, kConflict and kClash
    Order write_order = Order::kRelaxed;
    Value value = 0;       ///< of kConflict and kClash: what would be written
    int to_be_added = -1;  ///< of an event that is not there yet: its number among those of the frame
  };
  struct Frame {
    Graph graph;
    std::vector<Alternative> alternatives;
    std::vector<Event> to_be_added;  ///< by alternatives
    EventId loose = kNoEvent;        ///< the read changed by the revisit that made this frame
    EventId cause = kNoEvent;        ///< and the write that it reads
  };

  static void reopen(Event& read);
  bool take(const Alternative& alternative);
  void conflict(const Alternative& alternative);
  void try_update(EventId read, const Alternative& alternative);
  bool revisit(EventId write, EventId read);
  bool place(EventId write, EventId loose);
  /// The sources of a read before the latest write: alternatives to what is done.
  void plan_sources(const Event& read, const Alternative& of, const Prospect& prospect);
  void plan_revisits(EventId write);

  [[nodiscard]] bool may_be_canonical(EventId event) const;
  [[nodiscard]] bool canonical(EventId event, EventId cause);
  [[nodiscard]] int latest_cause(LocationId location, EventId cause);

  void enter(std::size_t depth);
  Frame& open_frame(EventId loose, EventId last);
  [[nodiscard]] static bool is_coherent(const Graph& graph, EventId read);

  std::deque<Frame> frames_;
  std::size_t depth_ = 0;
  Frame* frame_ = nullptr;  ///< that at depth_
  Graph* graph_ = nullptr;  ///< and its graph
  bool started_ = false;
  Graph spare_;
  EventId revisited_ = kNoEvent;
  std::uint64_t blocked_unseen_ = 0;
  std::vector<EventId> kept_;  ///< the number of each event in the graph that is made of a part of this one, or kNoEvent
  struct LatestCause {
    std::uint64_t plan = 0;
    int place = 0;
  };
  std::vector<LatestCause> latest_causes_;  ///< of each location, where `plan` is the present one
  std::uint64_t plans_ = 0;
};

}  // namespace proberen::explore
