// explore, fuzz, stress, bench: one method.

#include <iostream>

#include "cli/proberen/error.hpp"
#include "cli/proberen/runner.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

/// Who asks for a twin by name wants to see what is wrong with it: it is judged, and shown, like any other subject.
std::vector<Record> as_ordinary(std::vector<Record> records) {
  for (Record& record : records) {
    record.twin_of.clear();
    record.fault.clear();
    record.expected_to_fail = false;
  }
  return records;
}

void check_request(const Options& options) {
  const bool one = options.names.size() == 1;
  if (!options.scenario.empty() && !one) throw BadRequest("--scenario belongs to one subject: name it");
  if (!options.witness.empty() && !one) throw BadRequest("--witness belongs to one subject: name it");
  if (!options.names.empty() && !options.filters.empty()) throw BadRequest("name subjects or give --filter, not both");
}

}  // namespace

int run_method(const Options& options) {
  check_request(options);
  Catalogue catalogue(find_build(options.build));
  const Plan plan = make_plan(catalogue, {options.verb}, options);
  std::optional<RecordFile> file;
  if (!options.json.empty()) file.emplace(options.json);
  std::vector<RecordFile*> files;
  if (file) files.push_back(&*file);

  std::cout << "seed " << options.seed << std::endl;
  std::vector<Record> records = run_plan(plan, options, files);
  if (!options.names.empty()) records = as_ordinary(std::move(records));
  const GateResult result = judge(records, {options.require_complete, options.strict_goals, plan.claims});
  return report(records, result, {});
}

}  // namespace proberen::cli
