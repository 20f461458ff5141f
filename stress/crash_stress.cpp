#include "stress/crash_stress.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

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

/// Reaps what has been orphaned. Whether a child is left that goes on.
bool has_children() {
  for (const auto until = Clock::now() + std::chrono::seconds(2);;) {
    siginfo_t info{};
    const bool some = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0;
    if (!some) return false;  // ECHILD
    if (info.si_pid != 0) continue;
    if (Clock::now() >= until) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
}

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
  /// What is left behind, in words; "" when nothing is.
  [[nodiscard]] std::string left_behind() const {
    if (has_children()) return "a process goes on";
    if (const std::size_t now = count_descriptors(); now != descriptors_) {
      return "there were " + std::to_string(descriptors_) + " descriptors before and " + std::to_string(now) + " after";
    }
    const std::set<std::string> names = own_names_ ? names_in(kNames) : std::set<std::string>();
    return names.empty() ? "" : *names.begin() + " is left behind under /dev/shm";
  }

 private:
  static constexpr const char* kNames = "/dev/shm";
  std::size_t descriptors_ = count_descriptors();
  bool own_names_ = false;
};

/// Draws where to kill: any call, any instruction of it. How many a call has it learns from those that it has seen.
class Killer {
 public:
  explicit Killer(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Kill draw(const Scenario& scenario) {
    Kill kill;
    kill.thread = random_() % scenario.threads.size();
    kill.call = static_cast<std::uint32_t>(random_() % scenario.threads[kill.thread].size());
    kill.instructions = static_cast<std::uint32_t>(random_() % (longest_of(scenario, kill) + 1));
    return kill;
  }
  void learn(const Scenario& scenario, const Kill& kill, bool in_call) {
    std::uint64_t& longest = longest_of(scenario, kill);
    if (in_call && kill.instructions > longest * 3 / 4) {
      longest = std::min<std::uint64_t>(longest * 3 / 2, kMost);
    } else if (!in_call && kill.instructions > 0) {
      longest = std::max<std::uint64_t>(std::min<std::uint64_t>(longest * 9 / 10, kill.instructions), kFewest);
    }
  }
  [[nodiscard]] std::uint64_t number() { return random_(); }

 private:
  static constexpr std::uint64_t kFewest = 60;
  static constexpr std::uint64_t kMost = 4000;
  std::uint64_t& longest_of(const Scenario& scenario, const Kill& kill) {
    return longest_.try_emplace(scenario.threads[kill.thread][kill.call].operation, 300).first->second;
  }
  std::mt19937_64 random_;
  std::map<std::string, std::uint64_t> longest_;
};

/// One run after another, until one fails.
void run_and_kill(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, std::uint64_t kills, Clock::time_point until,
                  JobOutcome& outcome) {
  ProcessRunner runner(subject, method);
  Killer killer(seed);
  outcome.counts["kills inside a call"] = 0;
  for (std::uint64_t i = 0; i < kills && Clock::now() < until && outcome.failures.empty(); ++i) {
    const Scenario& scenario = subject.crashes[i % subject.crashes.size()].scenario;
    const Kill kill = killer.draw(scenario);
    const ScenarioRun run = runner.run(scenario, {.seed = killer.number(), .noise = 0.05, .patience = kPatience, .kill = kill});
    killer.learn(scenario, kill, run.killed_in_call);
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

JobOutcome stress_crashes(const Subject& subject, ipc::StartMethod method, std::uint64_t seed, std::uint64_t kills,
                          Clock::time_point until) {
  JobOutcome outcome;
  const Inventory inventory;
  if (!inventory.has_own_names()) outcome.counts["names not watched"] = 1;
  run_and_kill(subject, method, seed, kills, until, outcome);
  if (const std::string left = inventory.left_behind(); outcome.failures.empty() && !left.empty()) {
    Failure failure;
    failure.kind = "leak";
    failure.message = "after " + std::to_string(outcome.counts["kills"]) + " kills: " + left;
    outcome.failures.push_back(std::move(failure));
  }
  outcome.ended_itself = true;
  return outcome;
}

}  // namespace proberen::stress
