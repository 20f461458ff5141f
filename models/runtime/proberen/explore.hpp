/// explore::run: visits the executions of a function, inside a process that is linked with libproberen_runtime (proberen_explorable() in
/// CMake).
///
/// The body, and what it calls, must be compiled with the hooks to be seen. It runs once for every execution and must start from the same
/// state each time: what it allocates is gone afterwards, but variables outside of it keep what it has written to them, unless it asks for
/// them to be put back (a whole program, explored by `proberen explore`, always has). Its output is not captured.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proberen/explore/types.hpp"

/// Where a program defines it, `const char proberen_explores_itself = 1;`, static constructors find themselves on the machine
/// that explored code runs on, with one core.
extern "C" const char proberen_explores_itself;

namespace proberen::explore {

/// What is run, and who says whether its executions are right.
struct Body {
  std::function<void()> run;
  /// Asked after each execution that has come to its end, where no execution is running: what is wrong with it, in one line. `stuck`: it
  /// ended with threads blocked for ever, which without a judge is a failure. A complaint is a failure of kind `outcome`, or, of a stuck
  /// one, what it would have been without a judge.
  std::function<std::optional<std::string>(bool stuck)> judge = nullptr;
  /// Variables of the program, and thread-local ones of the caller, have in each execution the values that they have now. What outlives
  /// executions, the judge's findings for example, must then be on the heap or on the caller's stack.
  bool variables_put_back = false;
};

/// A combination of observed values: how many executions had it, and what it was declared to be.
struct Outcome {
  std::string values;  ///< `r0=1 r1=0`
  std::uint64_t count = 0;
  std::string kind;  ///< `acceptable`, `interesting`, `forbidden`, `undeclared`, or "" where nothing is declared
};

struct Report {
  bool complete = false;  ///< every execution was visited
  Counts counts;
  std::optional<Failure> failure;
  std::vector<Outcome> outcomes;
  /// Nothing was found; where not complete, in what was visited.
  [[nodiscard]] bool passed() const { return !failure; }
};

/// One exploration at a time in a process; it must not be called from inside one. Throws std::runtime_error where it cannot start, and
/// std::invalid_argument when the witness of the options is none.
[[nodiscard, gnu::visibility("default")]] Report run(const Options& options, const Body& body);
[[nodiscard, gnu::visibility("default")]] Report run(const Options& options, const std::function<void()>& body);

// ---- for what is part of the body but not of what is explored: a log of it, say

/// While it lives the accesses of the calling thread are not seen, and its memory is the C library's: it stays when the execution is over.
/// Outside of an execution it does nothing.
class [[gnu::visibility("default")]] Unseen {
 public:
  Unseen();
  ~Unseen();
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  bool was_seen_;
};

/// The thread of the running execution that calls, how many steps it has made, and how many steps of another one happen before its next.
[[nodiscard, gnu::visibility("default")]] ThreadId this_thread();
[[nodiscard, gnu::visibility("default")]] int steps_made();
[[nodiscard, gnu::visibility("default")]] int steps_known(ThreadId thread);

// ---- for people

/// A failure with the lines of the source, by this process's debug information, and with variables by their names.
struct Told {
  struct Line {
    ThreadId thread = kNoThread;
    std::string text;      ///< `load acquire counter = 1 (from T1.3)`
    std::string location;  ///< `file:line`, or ""
  };
  std::string kind;  ///< `data-race`
  std::string message;
  std::string location;  ///< where it failed; "" when not known
  std::vector<Line> places;
  std::vector<Line> steps;
};
[[nodiscard, gnu::visibility("default")]] Told tell(const Failure& failure);

}  // namespace proberen::explore
