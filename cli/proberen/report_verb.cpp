#include <filesystem>

#include "cli/proberen/error.hpp"
#include "cli/proberen/output.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

/// A folder stands for the record file that `gate` leaves in it.
std::string record_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  return (std::filesystem::path(path) / "records.jsonl").string();
}

}  // namespace

int run_report(const Options& options) {
  const ReportFiles files{options.html, options.junit, options.markdown};
  for (const std::string& file : {files.html, files.junit, files.markdown}) {
    if (!file.empty()) require_writable(file);
  }
  std::vector<Record> records;
  for (const std::string& file : options.files) {
    std::vector<Record> read = read_records(record_file(file));
    records.insert(records.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  }
  return report(records, judge(records, {options.require_complete, options.strict_goals, {}}), files);
}

}  // namespace proberen::cli
