#include "proberen/linearizability.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_set>

namespace proberen {
namespace {

using Set = std::uint64_t;

constexpr Set bit(std::size_t index) { return Set{1} << index; }

/// One depth-first search. Each node is (calls linearized, state); a node that failed once fails for ever, so it is remembered.
class Search {
 public:
  Search(const History& history, const spec::AnySpec& initial, Linearization& result)
      : history_(history), result_(result), best_state_(initial) {
    const std::vector<std::string> known = initial.operations();
    knows_crashes_ = std::find(known.begin(), known.end(), kCrash) != known.end();
    for (std::size_t i = 0; i < history.entries.size(); ++i) {
      const HistoryEntry& entry = history.entries[i];
      if (entry.result) completed_ |= bit(i);
      if (!entry.result && history.crashed(entry.thread)) cut_off_ |= bit(i);
    }
  }

  bool from(Set done, const spec::AnySpec& state) {
    if (!visited_.insert(std::to_string(done) + '/' + state.key()).second) return false;
    ++result_.states_visited;
    if ((completed_ & ~done) == 0 && may_end(state)) {
      result_.order = order_;
      return true;
    }
    for (std::size_t i = 0; i < history_.entries.size(); ++i) {
      const HistoryEntry& entry = history_.entries[i];
      if ((done & bit(i)) != 0 || (entry.predecessors & ~done) != 0 || !may_take_effect(i, done)) continue;
      for (const spec::Step<spec::AnySpec>& step : steps_of(entry, state)) {
        if (entry.result && *entry.result != step.result) continue;
        order_.push_back(i);
        note_progress(done | bit(i), step.next);
        if (from(done | bit(i), step.next)) return true;
        order_.pop_back();
      }
    }
    return false;
  }

  /// Says in words why the longest partial linearization goes no further.
  std::string reason() const {
    const Set missing = completed_ & ~best_done_;
    if (missing == 0) {
      for (std::size_t i = 0; i < history_.entries.size(); ++i) {
        const HistoryEntry& entry = history_.entries[i];
        if (entry.result || ((best_done_ | cut_off_) & bit(i)) != 0) continue;
        const auto steps = best_state_.step(entry.call, entry.thread);
        if (!steps.empty()) {
          return who(entry) + " stays blocked in " + entry.call.text() + ", which could return " + steps.front().result.text() +
                 ": a wake-up was lost";
        }
      }
      return "calls stay blocked that could go on";
    }
    for (std::size_t i = 0; i < history_.entries.size(); ++i) {
      const HistoryEntry& entry = history_.entries[i];
      if ((missing & bit(i)) == 0 || (entry.predecessors & ~best_done_) != 0) continue;
      const auto steps = steps_of(entry, best_state_);
      std::string allowed = steps.empty() ? "nothing: it would block" : "";
      for (const auto& step : steps) allowed += (allowed.empty() ? "" : " or ") + step.result.text();
      return who(entry) + ": " + entry.call.text() + " returned " + entry.result->text() + ", where the spec allows " + allowed;
    }
    return "no order of the calls explains their results";
  }

 private:
  /// A pending call of the living has no effect in an execution that ended stuck; one of the dead has none after the death.
  bool may_take_effect(std::size_t index, Set done) const {
    const HistoryEntry& entry = history_.entries[index];
    if (entry.result) return true;
    if ((cut_off_ & bit(index)) == 0) return !history_.stuck;
    for (std::size_t i = 0; i < history_.entries.size(); ++i) {
      const HistoryEntry& other = history_.entries[i];
      if (other.thread == entry.thread && other.call.operation == kCrash) return (done & bit(i)) == 0;
    }
    return true;
  }

  std::vector<spec::Step<spec::AnySpec>> steps_of(const HistoryEntry& entry, const spec::AnySpec& state) const {
    if (entry.call.operation == kCrash && !knows_crashes_) return {{Value(), state}};
    return state.step(entry.call, entry.thread);
  }

  bool may_end(const spec::AnySpec& state) const {
    if (!history_.stuck) return true;
    for (std::size_t i = 0; i < history_.entries.size(); ++i) {
      const HistoryEntry& entry = history_.entries[i];
      const bool blocked = !entry.result && (cut_off_ & bit(i)) == 0;
      if (blocked && !state.step(entry.call, entry.thread).empty()) return false;
    }
    return true;
  }

  void note_progress(Set done, const spec::AnySpec& state) {
    if (std::popcount(done & completed_) <= std::popcount(best_done_ & completed_)) return;
    best_done_ = done;
    best_state_ = state;
    result_.order = order_;
  }

  static std::string who(const HistoryEntry& entry) {
    return entry.thread < 0 ? "before the threads" : "thread " + std::to_string(entry.thread);
  }

  const History& history_;
  Linearization& result_;
  Set completed_ = 0;
  Set cut_off_ = 0;  ///< calls in which their processes died
  bool knows_crashes_ = false;
  std::vector<std::size_t> order_;
  std::unordered_set<std::string> visited_;
  Set best_done_ = 0;
  spec::AnySpec best_state_;
};

}  // namespace

Linearization linearize(const History& history, const spec::AnySpec& initial) {
  Linearization result;
  Search search(history, initial, result);
  result.linearizable = search.from(0, initial);
  if (!result.linearizable) result.reason = search.reason();
  return result;
}

}  // namespace proberen
