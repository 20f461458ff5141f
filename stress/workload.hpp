/// Workload: a scenario that threads repeat on one object, many more of them than cores.
#pragma once

#include <cstdint>

#include "proberen/subject.hpp"
#include "stress/job.hpp"

namespace proberen::stress {

/// How many times a workload of `threads` threads is laid side by side, so that there are at least two threads for each core.
[[nodiscard]] int copies_for_cores(std::size_t threads);

/// Calls the operations of a workload's thread by number.
class CallList {
 public:
  /// `calls` outlives this object.
  CallList(const Subject& subject, const std::vector<Call>& calls);
  /// Calls each once, on an object anywhere in memory.
  void run(void* object) const;
  [[nodiscard]] std::size_t size() const { return calls_.size(); }

 private:
  struct Numbered {
    std::size_t operation;
    const Call* call;
  };
  const ObjectType* type_;
  std::vector<Numbered> calls_;
};

/// Runs one workload until `until`, on a new object now and then, and looks at the object's invariants when all threads have ended. Tells
/// what sanitizers report as it goes. Returns early when threads are blocked for ever: they must be left where they are.
void run_workload(const Subject& subject, const NamedScenario& workload, std::uint64_t seed, Clock::time_point until, const Tell& tell);

}  // namespace proberen::stress
