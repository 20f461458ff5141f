/// Log: what the calls of one execution did, and which of them came before which: a call precedes another when the other's thread knows of
/// all that it did at its invocation, by happens-before.
///
/// It is kept by the explored threads themselves but is no part of what is explored: it has no atomics, and its memory is not theirs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proberen/explore/types.hpp"
#include "proberen/history.hpp"
#include "proberen/subject.hpp"

namespace proberen::scenarios {

/// Of a scenario. The thread that makes the object, runs the part before and joins the others is the engine's thread 0, so a scenario's
/// thread 0 is the engine's 1.
inline constexpr std::size_t kMostThreads = 8;
[[nodiscard]] constexpr explore::ThreadId engine_thread(std::size_t thread) { return static_cast<explore::ThreadId>(thread) + 1; }

struct LoggedCall {
  std::size_t operation = 0;
  const Call* call = nullptr;
  std::optional<Value> result = {};
  std::uint64_t invoked = 0;  ///< 0: it has not been
  std::uint64_t responded = 0;
  int first_step = 0;  ///< of its own thread
  int end_step = 0;
  std::array<int, kMostThreads> known{};  ///< steps of each of the scenario's threads, at the invocation
};

class Log {
 public:
  Log(const Subject& subject, const Scenario& scenario);

  /// A new execution.
  void clear();

  // By the explored threads, unseen.
  void invoke(LoggedCall& call) const;
  void respond(LoggedCall& call, Value result) const;

  [[nodiscard]] std::vector<LoggedCall>& before() { return before_; }
  [[nodiscard]] std::vector<LoggedCall>& thread(std::size_t thread) { return threads_[thread]; }
  [[nodiscard]] std::size_t threads() const { return threads_.size(); }

  /// The same for executions whose histories differ in nothing that a spec could see.
  [[nodiscard]] std::string key() const;
  [[nodiscard]] History history(bool stuck) const;

 private:
  /// How many calls of a thread, the first ones, come before a call of another.
  [[nodiscard]] std::size_t preceding(const LoggedCall& later, std::size_t thread) const;
  void load(const Subject& subject, const std::vector<Call>& calls, std::vector<LoggedCall>& log);

  std::vector<LoggedCall> before_;
  std::vector<std::vector<LoggedCall>> threads_;
  mutable std::uint64_t position_ = 0;
};

}  // namespace proberen::scenarios
