#include "cli/proberen/runner.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "cli/proberen/error.hpp"
#include "cli/proberen/outcome.hpp"
#include "cli/proberen/signals.hpp"
#include "cli/proberen/workplace.hpp"

namespace proberen::cli {
namespace {

class Runner {
 public:
  Runner(const Plan& plan, const Options& options, std::span<RecordFile* const> files) : plan_(plan), options_(options), files_(files) {}

  std::vector<Record> run() {
    for (const Record& record : plan_.skipped) put(record);
    try {
      run_tasks(plan_.together, options_.jobs);
      run_tasks(plan_.alone, 1);
    } catch (...) {
      progress_.clear();
      abandon();
      throw;
    }
    return std::move(records_);
  }

 private:
  struct Running {
    const Task* task;
    std::string file;
    std::unique_ptr<Child> child;
  };

  void run_tasks(const std::vector<Task>& tasks, unsigned jobs) {
    std::size_t next = 0;
    while (next < tasks.size() || !running_.empty()) {
      for (; next < tasks.size() && running_.size() < jobs; ++next) {
        if (!is_caught(tasks[next])) start(tasks[next]);
      }
      if (running_.empty()) return;
      std::vector<Child*> children;
      for (const Running& running : running_) children.push_back(running.child.get());
      if (wait_for_children(children, signals_.descriptor())) throw Interrupted{signals_.take(), what_is_kept()};
      for (std::size_t i = 0; i < running_.size();) {
        if (running_[i].child->ended()) {
          finish(i);
        } else {
          ++i;
        }
      }
    }
  }

  /// A twin that a method claims to catch need be caught in one variant: what it does in the others, of those that have not begun, is not
  /// asked any more, but of a variant that claims it too.
  [[nodiscard]] bool is_caught(const Task& task) const {
    const std::vector<std::string>& claimed = task.subject->caught_by;
    if (!task.as_twin || std::find(claimed.begin(), claimed.end(), task.variant) != claimed.end()) return false;
    return std::any_of(records_.begin(), records_.end(), [&](const Record& record) {
      return record.expected_to_fail && record.verdict == Verdict::kFail && record.subject == task.subject->name &&
             record.method == task.method;
    });
  }

  void start(const Task& task) {
    ++started_;
    progress_.show("[" + std::to_string(started_) + "/" + std::to_string(plan_.size()) + "] " + name_of(task) + "…");
    const std::string file = workplace_.file(started_);
    Command command = command_of(task.variant, words_of(task, file));
    command.limit = hang_limit(task);
    running_.push_back({&task, file, std::make_unique<Child>(command)});
  }

  [[nodiscard]] std::vector<std::string> words_of(const Task& task, const std::string& file) const {
    std::vector<std::string> words{task.program, "run", "--method", task.method, "--subject", task.subject->name, "--records", file};
    const auto add = [&](const char* option, const std::string& value) { words.insert(words.end(), {option, value}); };
    add("--variant", task.variant);
    add("--seed", std::to_string(options_.seed));
    add("--time", std::to_string(task.time.count()));
    if (options_.quick) words.emplace_back("--quick");
    if (task.as_twin) words.emplace_back("--catch-only");
    if (!options_.scenario.empty()) add("--scenario", options_.scenario);
    if (!options_.witness.empty()) add("--witness", options_.witness);
    return words;
  }

  void finish(std::size_t index) {
    const Running& running = running_[index];
    for (const Record& record : records_of(*running.task, options_, running.child->outcome(), running.file)) put(record);
    std::error_code ignored;
    std::filesystem::remove(running.file, ignored);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  /// Ends the children, and keeps what they had finished.
  void abandon() {
    for (Running& running : running_) {
      running.child.reset();
      for (const Record& record : records_so_far(running.file)) put(record);
    }
    running_.clear();
  }

  [[nodiscard]] std::string what_is_kept() const {
    return files_.empty() ? "interrupted" : "interrupted; the records so far are in " + files_.front()->path();
  }

  void put(const Record& record) {
    for (RecordFile* file : files_) file->write(record);
    records_.push_back(record);
  }

  const Plan& plan_;
  const Options& options_;
  std::span<RecordFile* const> files_;
  Workplace workplace_;
  Signals signals_;
  ProgressLine progress_;
  std::vector<Running> running_;
  std::size_t started_ = 0;
  std::vector<Record> records_;
};

}  // namespace

std::vector<Record> run_plan(const Plan& plan, const Options& options, std::span<RecordFile* const> files) {
  return Runner(plan, options, files).run();
}

}  // namespace proberen::cli
