/// Worker: a child process that runs scenarios, so that whatever a subject does to its process can be told and survived.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <sys/types.h>

#include "proberen/record.hpp"
#include "proberen/subject.hpp"

namespace proberen::fuzz {

/// What came of running one scenario some times.
struct Trial {
  std::optional<Failure> failure;  ///< of the first repetition that failed
  std::uint64_t histories = 0;
  std::uint64_t operations = 0;
  bool stuck = false;  ///< the last repetition ended with threads blocked, as the spec allows
};

class Worker {
 public:
  /// The caller has one thread: the child is forked from it when it is first needed.
  explicit Worker(const Subject& subject) : subject_(subject) {}
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs the scenario `repetitions` times, with noise seeds `seed`, `seed` + 1, … Stops at the first failure.
  Trial run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit);

  [[nodiscard]] std::uint64_t started() const { return started_; }

 private:
  void start();
  int stop();

  const Subject& subject_;
  pid_t child_ = -1;
  int channel_ = -1;
  std::uint64_t started_ = 0;
};

}  // namespace proberen::fuzz
