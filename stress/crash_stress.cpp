#include "stress/crash_stress.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/process_runner.hpp"
#include "proberen/run_failure.hpp"

namespace proberen::stress {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{1500};  ///< longer than any primitive takes to notice a death

std::set<std::string> names_in(const char* folder) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) names.insert(entry.path().filename().string());
  return names;
}

std::size_t count_descriptors() { return names_in("/proc/self/fd").size(); }

/// Mappings that this process shares with others: each holds a segment of memory, also one that has no name and no descriptor.
std::size_t count_segments() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string range, access, rest; maps >> range >> access && std::getline(maps, rest);) count += access.ends_with('s') ? 1 : 0;
  return count;
}

/// Reaps what has been orphaned, for as long as that may take. How many children are left that go on.
std::size_t count_children() {
  for (const auto until = Clock::now() + std::chrono::seconds(2);;) {
    siginfo_t info{};
    const bool some = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0;
    if (!some) return 0;  // ECHILD
    if (info.si_pid != 0) continue;
    if (Clock::now() >= until) break;
    std::this_thread::sleep_for(milliseconds(1));
  }
  std::ifstream list("/proc/thread-self/children");  // empty where the kernel does not tell
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::distance(std::istream_iterator<pid_t>(list), {}), 1));
}

PROBEREN_ENTRY(proberen_stress_nothing, [] { return 0; });

/// What the library keeps once it has started a process, for the next ones, is not left behind.
void start_one(ipc::StartMethod method) { (void)ipc::Context(method).start("proberen_stress_nothing").join(); }

/// What there was before, to be there again afterwards.
class Inventory {
 public:
  Inventory() {
    // Orphans of a fork server become this process's children, so that none goes unseen.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    own_names_ = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 ::mount("tmpfs", kNames, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0;
  }
  /// Whether this process has a /dev/shm of its own, so that what is in it is what it left there.
  [[nodiscard]] bool has_own_names() const { return own_names_; }
  /// Looks again and notes what it sees. What is left behind, in words; "" when nothing is.
  [[nodiscard]] std::string left_behind(std::map<std::string, std::uint64_t>& counts) const {
    const std::size_t children = count_children();
    const std::size_t descriptors = count_descriptors();
    const std::size_t segments = count_segments();
    const std::set<std::string> names = own_names_ ? names_in(kNames) : std::set<std::string>();
    counts["processes left"] = children;
    counts["descriptors before"] = descriptors_;
    counts["descriptors after"] = descriptors;
    counts["shared segments before"] = segments_;
    counts["shared segments after"] = segments;
    if (own_names_) counts["names left"] = names.size();
    if (children > 0) return "a process goes on";
    if (descriptors != descriptors_) return told("descriptors", descriptors_, descriptors);
    if (segments != segments_) return told("shared segments of memory", segments_, segments);
    return names.empty() ? "" : *names.begin() + " is left behind under /dev/shm";
  }

 private:
  static constexpr const char* kNames = "/dev/shm";
  static std::string told(const char* what, std::size_t before, std::size_t after) {
    return "there were " + std::to_string(before) + " " + what + " before and " + std::to_string(after) + " after";
  }
  std::size_t descriptors_ = count_descriptors();
  std::size_t segments_ = count_segments();
  bool own_names_ = false;
};

/// Draws where to kill: any call, any instruction of it; and before which of their calls the others wait until that is done. How many
/// instructions a call has it learns from those that it has seen: at least when it goes straight through, and at most, when it waits.
class Killer {
 public:
  explicit Killer(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Kill draw(const Scenario& scenario) {
    Kill kill;
    kill.thread = below(scenario.threads.size());
    kill.call = static_cast<std::uint32_t>(below(scenario.threads[kill.thread].size()));
    const Lengths& lengths = lengths_of(scenario, kill);
    // Waiting is long and all alike: half of the kills come where a call that does not wait would be.
    kill.instructions = static_cast<std::uint32_t>(below((below(2) == 0 ? std::min(lengths.least, lengths.most) : lengths.most) + 1));
    for (std::size_t t = 0; t < scenario.threads.size(); ++t) {
      if (t != kill.thread) kill.waits[t] = static_cast<std::uint32_t>(below(scenario.threads[t].size() + 1));
    }
    return kill;
  }
  void learn(const Scenario& scenario, const Kill& kill, const ScenarioRun& run) {
    if (run.executed == 0) return;
    Lengths& lengths = lengths_of(scenario, kill);
    if (!run.killed_in_call) {
      lengths.least = std::min<std::uint64_t>(lengths.least, run.executed);
      lengths.most = std::max<std::uint64_t>(lengths.most * 9 / 10, run.executed);
    } else if (run.executed == kill.instructions && run.executed > lengths.most * 3 / 4) {
      lengths.most = std::min(lengths.most * 3 / 2, kMost);
    }
  }
  [[nodiscard]] std::uint64_t number() { return random_(); }

 private:
  static constexpr std::uint64_t kMost = 4000;
  struct Lengths {
    std::uint64_t least = kMost;
    std::uint64_t most = 500;
  };
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  Lengths& lengths_of(const Scenario& scenario, const Kill& kill) { return lengths_[scenario.threads[kill.thread][kill.call].operation]; }
  std::mt19937_64 random_;
  std::map<std::string, Lengths> lengths_;  ///< of each operation
};

/// One run after another, until one fails.
void run_and_kill(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, const KillBudget& budget, JobOutcome& outcome) {
  ProcessRunner runner(subject, method);
  Killer killer(seed);
  outcome.counts["kills inside a call"] = 0;
  const auto goes_on = [&](std::uint64_t killed) {
    const auto now = Clock::now();
    return now < budget.until && (killed < budget.kills || now < budget.enough);
  };
  for (std::uint64_t i = 0; goes_on(i) && outcome.failures.empty(); ++i) {
    const Scenario& scenario = subject.crashes[i % subject.crashes.size()].scenario;
    const Kill kill = killer.draw(scenario);
    const ScenarioRun run = runner.run(scenario, {.seed = killer.number(), .noise = 0.05, .patience = kPatience, .kill = kill});
    killer.learn(scenario, kill, run);
    ++outcome.counts["kills"];
    outcome.counts["operations"] += run.history.entries.size() - 1;
    outcome.counts["kills inside a call"] += run.killed_in_call ? 1 : 0;
    if (std::optional<Failure> failure = failure_of(subject, run)) {
      failure->scenario = scenario.text();
      outcome.failures.push_back(std::move(*failure));
    }
  }
  outcome.counts["processes"] = runner.started();
}

}  // namespace

JobOutcome stress_crashes(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, const KillBudget& budget) {
  JobOutcome outcome;
  start_one(method);
  const Inventory inventory;
  if (!inventory.has_own_names()) outcome.counts["names not watched"] = 1;
  run_and_kill(subject, method, seed, budget, outcome);
  if (const std::string left = inventory.left_behind(outcome.counts); outcome.failures.empty() && !left.empty()) {
    Failure failure;
    failure.kind = "leak";
    failure.message = "after " + std::to_string(outcome.counts["kills"]) + " kills: " + left;
    outcome.failures.push_back(std::move(failure));
  }
  outcome.ended_itself = true;
  return outcome;
}

}  // namespace proberen::stress
