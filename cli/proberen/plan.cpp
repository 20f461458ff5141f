#include "cli/proberen/plan.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "cli/proberen/error.hpp"
#include "cli/proberen/nearest.hpp"

namespace proberen::cli {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> variants_of(const std::string& method) {
  if (method == "explore") return {"relacy", "explored"};
  if (method == "stress") return {"native", "tsan", "asan"};
  return {"native"};
}

std::string what_is_missing(const std::string& variant) {
  std::string what = "the check was not built for it";
  if (variant == "relacy") what = "the check was not built on the model checker's platform";
  if (variant == "explored") what = "the check was not built for the exploration runtime";
  if (variant == "tsan") what = "the check was not built with ThreadSanitizer";
  if (variant == "asan") what = "the check was not built with AddressSanitizer";
  return "this build has no " + variant + " variant: " + what;
}

bool matches(const std::string& glob, const std::string& name) { return fnmatch(glob.c_str(), name.c_str(), 0) == 0; }

/// A twin belongs to its subject: it shows that the checks of that subject can fail.
bool matches(const std::string& glob, const Subject& subject) {
  return matches(glob, subject.name) || (!subject.twin_of.empty() && matches(glob, subject.twin_of));
}

std::vector<const Subject*> select(const Catalogue& catalogue, const Options& options) {
  std::vector<const Subject*> selected;
  for (const std::string& name : options.names) {
    const Subject* subject = &catalogue.find(name);
    if (std::find(selected.begin(), selected.end(), subject) == selected.end()) selected.push_back(subject);
  }
  for (const std::string& glob : options.filters) {
    const auto& all = catalogue.subjects();
    if (std::none_of(all.begin(), all.end(), [&](const Subject& subject) { return matches(glob, subject); }))
      throw BadRequest(unknown_name("subject that matches", glob, catalogue.names()));
  }
  if (!options.names.empty()) return selected;
  for (const Subject& subject : catalogue.subjects()) {
    const bool wanted = options.filters.empty() || std::any_of(options.filters.begin(), options.filters.end(),
                                                               [&](const std::string& glob) { return matches(glob, subject); });
    if (wanted) selected.push_back(&subject);
  }
  return selected;
}

/// What a twin may claim to be caught by, as far as a method goes: the method, and its variants where it has several.
std::vector<std::string> claimable(const std::string& method) {
  std::vector<std::string> words = variants_of(method);
  if (words.size() == 1) words.clear();
  words.insert(words.begin(), method);
  return words;
}

bool claims(const Subject& twin, const std::string& method) {
  const std::vector<std::string> words = claimable(method);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return contains(twin.caught_by, word); });
}

std::vector<std::string> all_claimable() {
  std::vector<std::string> all;
  for (const std::string& method : all_methods()) {
    const std::vector<std::string> words = claimable(method);
    all.insert(all.end(), words.begin(), words.end());
  }
  return all;
}

void check_declaration(const Subject& subject) {
  if (!subject.problem.empty()) throw BadRequest("subject '" + subject.name + "': " + subject.problem);
  for (const std::string& word : subject.caught_by) {
    if (!contains(all_claimable(), word))
      throw BadRequest("twin '" + subject.name + "' must be caught by '" + word +
                       "': " + unknown_name("method or variant", word, all_claimable()));
  }
}

/// What a known-bad twin gets. Exploring and fuzzing end as soon as it is caught, so they get enough for a busy machine; stress goes on for
/// all of its time in the variants that cannot see the fault.
std::chrono::milliseconds time_for_twin(const std::string& method, std::chrono::milliseconds asked) {
  using std::chrono::milliseconds;
  return method == "stress" ? milliseconds(2000) : std::max(asked, milliseconds(60000));
}

class Planner {
 public:
  Planner(Catalogue& catalogue, const Options& options) : catalogue_(catalogue), options_(options) {}

  /// As a twin, in the variants that it claims alone.
  void add(const Subject& subject, const std::string& method, bool as_twin) {
    const auto& programs = catalogue_.check_of(subject).variants;
    for (const std::string& variant : variants_of(method)) {
      if (as_twin && !contains(subject.caught_by, method) && !contains(subject.caught_by, variant)) continue;
      const auto program = programs.find(variant);
      Task task{&subject, method, variant, program == programs.end() ? "" : program->second, options_.time, as_twin};
      if (as_twin) task.time = time_for_twin(method, options_.time);
      if (program == programs.end()) {
        skip(task, what_is_missing(variant));
      } else if (!contains(catalogue_.methods(subject, variant), method)) {
        skip(task, "the " + variant + " variant of check '" + subject.check + "' does not have it");
      } else {
        (method == "bench" ? plan_.alone : plan_.together).push_back(std::move(task));
      }
    }
  }

  /// What the twin claims of the method, and of its variants that this build has at all.
  void claim(const Subject& twin, const std::string& method) {
    const auto& programs = catalogue_.check_of(twin).variants;
    for (const std::string& word : claimable(method)) {
      const bool possible = word == method || programs.contains(word);
      if (possible && contains(twin.caught_by, word)) plan_.claims.push_back({twin.name, word, twin.twin_of, twin.fault});
    }
  }

  [[nodiscard]] Plan take() { return std::move(plan_); }

 private:
  void skip(const Task& task, std::string reason) {
    Record record = begin_record(task, options_);
    record.verdict = Verdict::kSkipped;
    record.reason = std::move(reason);
    plan_.skipped.push_back(std::move(record));
  }

  Catalogue& catalogue_;
  const Options& options_;
  Plan plan_;
};

}  // namespace

Record begin_record(const Task& task, const Options& options) {
  Record record;
  record.subject = task.subject->name;
  record.method = task.method;
  record.configuration = {{"seed", std::to_string(options.seed)}, {"variant", task.variant}};
  record.twin_of = task.subject->twin_of;
  record.fault = task.subject->fault;
  record.expected_to_fail = contains(task.subject->caught_by, task.method) || contains(task.subject->caught_by, task.variant);
  record.environment = environment();
  if (const char* commit = std::getenv("PROBEREN_COMMIT")) record.environment["commit"] = commit;
  return record;
}

Plan make_plan(Catalogue& catalogue, const std::vector<std::string>& methods, const Options& options) {
  const bool by_name = !options.names.empty();
  Planner planner(catalogue, options);
  for (const Subject* subject : select(catalogue, options)) {
    check_declaration(*subject);
    for (const std::string& method : methods) {
      const bool twin = !subject->twin_of.empty() && !by_name;
      if (twin && !claims(*subject, method)) continue;
      if (twin) planner.claim(*subject, method);
      if (twin && method == "bench") continue;  // there is nothing to measure in what is wrong on purpose
      planner.add(*subject, method, twin);
    }
  }
  return planner.take();
}

}  // namespace proberen::cli
