#include "stress/process_stress.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "models/threads/noise.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "stress/workload.hpp"

namespace proberen::stress {
namespace {

constexpr int kRounds = 1000;
constexpr std::chrono::seconds kPatience{20};

/// What a child does: the calls of one thread of the workload, over and over, on the object at the start of the memory.
int use_shared_object(ipc::Descriptor memory, const std::string& name, const std::string& text, std::uint64_t thread, std::uint64_t seed) {
  const ipc::SharedMemory mapped = ipc::SharedMemory::map(std::move(memory));
  const auto found = std::find_if(subjects().begin(), subjects().end(), [&](const Subject& subject) { return subject.name == name; });
  if (found == subjects().end()) return 2;
  const Scenario workload = parse_scenario(*found, text);
  const CallList list(*found, workload.threads.at(thread % workload.threads.size()));
  Noise noise(seed, thread, 0.02);
  for (int round = 0; round < kRounds; ++round) {
    noise.disturb();
    list.run(mapped.data());
  }
  return 0;
}

PROBEREN_ENTRY(proberen_stress, use_shared_object);

Failure failure(const char* kind, std::string message) {
  Failure made;
  made.kind = kind;
  made.message = std::move(message);
  return made;
}

/// Waits for all; those that are still there at the limit are killed when the list goes.
std::vector<Failure> join_all(std::vector<ipc::Process>& children, std::string_view how) {
  const Deadline limit = deadline_after(SteadyClock::now(), kPatience);
  std::size_t hanging = 0;
  for (ipc::Process& child : children) {
    const std::optional<int> status = child.join_until(limit);
    if (!status) {
      ++hanging;
    } else if (*status != 0) {
      return {failure("crash", "a child started by " + std::string(how) + " ended with status " + std::to_string(*status))};
    }
  }
  if (hanging == 0) return {};
  return {failure("hang", std::to_string(hanging) + " of " + std::to_string(children.size()) + " children started by " + std::string(how) +
                              " did not come to an end in 20 seconds")};
}

}  // namespace

JobOutcome stress_processes(const Subject& subject, const NamedScenario& workload, ipc::StartMethod method, std::uint64_t seed,
                            Clock::time_point until) {
  JobOutcome outcome;
  ipc::Context context(method);
  const std::size_t count = workload.scenario.threads.size() * static_cast<std::size_t>(copies_for_cores(workload.scenario.threads.size()));
  do {
    const ipc::SharedMemory memory = ipc::SharedMemory::create(subject.type.size);
    subject.type.construct(memory.data());
    std::vector<ipc::Process> children;
    for (std::size_t i = 0; i < count; ++i) {
      children.push_back(context.start("proberen_stress", memory.duplicate_descriptor(), subject.name, workload.scenario.text(),
                                       static_cast<std::uint64_t>(i), seed++));
    }
    outcome.failures = join_all(children, to_string(method));
    const std::string broken = outcome.failures.empty() ? subject.type.broken_invariant(memory.data()) : "";
    if (!broken.empty()) {
      outcome.failures.push_back(failure("invariant", "the invariant '" + broken + "' does not hold after children started by " +
                                                          std::string(to_string(method)) + " ran '" + workload.scenario.text() + "'"));
    }
    for (std::size_t i = 0; i < count; ++i) {
      outcome.counts["operations"] += kRounds * workload.scenario.threads[i % workload.scenario.threads.size()].size();
    }
    outcome.counts["processes"] += count;
    ++outcome.counts["batches"];
    subject.type.destroy(memory.data());
  } while (outcome.failures.empty() && Clock::now() < until);
  outcome.ended_itself = true;
  return outcome;
}

}  // namespace proberen::stress
