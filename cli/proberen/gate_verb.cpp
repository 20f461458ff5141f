#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "cli/proberen/error.hpp"
#include "cli/proberen/runner.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> methods_of(const Options& options) {
  std::vector<std::string> methods;
  for (const std::string& method : all_methods()) {
    const bool asked =
        options.methods.empty() || std::find(options.methods.begin(), options.methods.end(), method) != options.methods.end();
    if (asked && !(options.no_bench && method == "bench")) methods.push_back(method);
  }
  if (methods.empty()) throw BadRequest("--no-bench leaves no method to run");
  return methods;
}

/// Makes the folder, and clears it of the reports of an earlier run: they would be read as this one's if it were killed.
ReportFiles prepare(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw BadRequest("cannot write " + folder.string() + ": " + error.message());
  ReportFiles files{(folder / "report.html").string(), (folder / "junit.xml").string(), (folder / "summary.md").string()};
  for (const std::string& file : {files.html, files.junit, files.markdown}) {
    require_writable(file);
    fs::remove(file, error);
  }
  return files;
}

}  // namespace

int run_gate(const Options& options) {
  const fs::path build = find_build(options.build);
  Catalogue catalogue(build);
  const Plan plan = make_plan(catalogue, methods_of(options), options);
  const fs::path folder = options.output.empty() ? build / "gate" : fs::path(options.output);
  const ReportFiles reports = prepare(folder);
  RecordFile records_file((folder / "records.jsonl").string());
  std::optional<RecordFile> second_file;
  if (!options.json.empty()) second_file.emplace(options.json);
  std::vector<RecordFile*> files{&records_file};
  if (second_file) files.push_back(&*second_file);

  std::cout << "seed " << options.seed << "\nrecords and reports go to " << folder.string() << std::endl;
  const std::vector<Record> records = run_plan(plan, options, files);
  const GateResult result = judge(records, {options.require_complete, options.strict_goals, plan.claims});
  return report(records, result, reports);
}

}  // namespace proberen::cli
