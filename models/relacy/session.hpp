/// The execution that is being explored: who is parked, whether it is stuck, and, when it is run again to be told, its events.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "proberen/record.hpp"

namespace rl {
class context;
}

namespace proberen::relacy {

class Cell;

/// Unwinds a thread that is blocked for ever, when all of them are: no failure in itself, the spec decides.
struct Stuck {};

enum class Phase { kBefore, kThreads, kAfter };

struct Session {
  struct Parked {
    const Cell* word;
    unsigned thread;
    bool timed;
  };

  rl::context* context = nullptr;
  Phase phase = Phase::kBefore;
  unsigned live = 0;            ///< threads that have not ended
  std::vector<Parked> parked;   ///< in the order in which they went to sleep
  bool stuck = false;           ///< from here on nothing is scheduled: threads unwind on the latest values
  int uncaught_exceptions = 0;  ///< before the execution: one that was given up half-way may have left some
  std::uint64_t position = 0;   ///< of invocations, responses and events
  std::uint64_t cells = 0;      ///< atomics made in this execution, to name them
  bool collecting = false;
  std::vector<Event> events;

  /// No thread can go on by itself any more, `leaving` aside.
  [[nodiscard]] bool nobody_runs_without(unsigned leaving) const;
  /// Sets `stuck` and makes every parked thread runnable, so that it unwinds.
  void give_up();
  [[nodiscard]] int current_thread() const;
  void note(std::string text, std::string result, const std::source_location& site);
};

[[nodiscard]] Session& session();

/// `lock.hpp:88`
[[nodiscard]] std::string place_of(const std::source_location& site);

}  // namespace proberen::relacy
