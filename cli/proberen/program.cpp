#include "cli/proberen/program.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "cli/proberen/catalogue.hpp"
#include "cli/proberen/error.hpp"
#include "cli/proberen/outcome.hpp"

namespace proberen::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::string_view kRuntime = "libproberen_runtime";
constexpr std::chrono::hours kNoLimit{24 * 365};
constexpr int kTimes = 6;  ///< a witness is minimised after the search
constexpr milliseconds kGrace{60'000};
constexpr std::size_t kKeepOutput = 16 * 1024 * 1024;
constexpr std::size_t kDetails = 40;  ///< lines

std::string not_built(const std::string& file) { return "'" + file + "' was not built with proberen-cc or proberen-c++"; }

/// Whether an executable names the runtime, as what it was linked to or as what it contains. What is no ELF file, a script say, may start
/// one that does.
bool may_know_the_engine(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!bytes.starts_with("\177ELF")) return true;
  return bytes.find(kRuntime) != std::string::npos;
}

std::string witness_of(const ProgramOptions& program) {
  std::error_code ignored;
  if (!fs::is_regular_file(program.witness, ignored)) return program.witness;
  std::ifstream stream(program.witness);
  std::string token;
  if (!(stream >> token)) throw BadRequest("no witness in '" + program.witness + "'");
  return token;
}

std::string orders_of(const Options& options, const std::string& record_file) {
  const ProgramOptions& program = options.program;
  if (record_file.find(' ') != std::string::npos) throw BadRequest("TMPDIR must be a folder without blanks in its name");
  std::string orders = "model=" + program.model + " search=" + program.search + " seed=" + std::to_string(options.seed) +
                       " races=" + program.races + " record=" + record_file;
  const auto add = [&](const std::string& key, const std::string& value) { orders += " " + key + "=" + value; };
  if (program.executions > 0) add("executions", std::to_string(program.executions));
  if (program.time) add("time_ms", std::to_string(program.time->count()));
  if (program.jobs > 1) add("jobs", std::to_string(program.jobs));
  if (program.preemptions >= 0) add("preemptions", std::to_string(program.preemptions));
  if (program.search == "pct") add("depth", std::to_string(program.depth));
  if (program.spurious) add("spurious", "1");
  if (program.leaks) add("leaks", "1");
  if (program.trace) add("trace", "1");
  if (!program.witness.empty()) add("witness", witness_of(program));
  return orders;
}

std::string replay_line(const ProgramOptions& program, const std::string& witness) {
  std::string line = "proberen replay " + quoted(witness) + " " + quoted(program.file);
  if (program.model != "rc11") line += " --memory-model " + program.model;
  if (program.races != "fail") line += " --data-races " + program.races;
  if (program.leaks) line += " --leaks";
  const auto dashed = [](const std::string& word) { return word.starts_with("-"); };
  if (std::any_of(program.arguments.begin(), program.arguments.end(), dashed)) line += " --";
  for (const std::string& argument : program.arguments) line += " " + quoted(argument);
  return line;
}

Record death(const ProgramOptions& program, const Outcome& outcome) {
  Record record;
  record.subject = fs::path(program.file).filename();
  record.method = "explore";
  record.configuration = {{"model", program.model}, {"search", program.search}};
  record.verdict = Verdict::kFail;
  record.how = "the program did not end as it should";
  record.duration_s = outcome.duration_s;
  Failure failure;
  failure.kind = outcome.timed_out ? "hang" : "crash";
  failure.message = outcome.timed_out ? "the program did not end in time and was killed"
                                      : "the program died outside an exploration: " + how_it_ended(outcome);
  failure.details = last_lines(outcome.errors, kDetails);
  record.failure = std::move(failure);
  return record;
}

}  // namespace

void require_explorable(const std::string& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) throw BadRequest("no program '" + file + "'");
  if (!fs::is_regular_file(file, ignored) || ::access(file.c_str(), X_OK) != 0) throw BadRequest("'" + file + "' cannot be executed");
  if (!may_know_the_engine(file)) throw BadRequest(not_built(file));
}

Command command_of(const Options& options, const std::string& record_file) {
  const ProgramOptions& program = options.program;
  Command command;
  command.words = {program.file};
  command.words.insert(command.words.end(), program.arguments.begin(), program.arguments.end());
  command.environment = {"PROBEREN_EXPLORE=" + orders_of(options, record_file)};
  command.fixed_addresses = true;
  command.limit = program.time ? kTimes * *program.time + kGrace : milliseconds(kNoLimit);
  if (program.trace) command.keep_output = kKeepOutput;
  return command;
}

std::vector<Record> records_of(const Options& options, const Outcome& outcome, const std::string& record_file) {
  const ProgramOptions& program = options.program;
  if (const auto problem = start_problem(program.file, outcome)) throw BadRequest(*problem);
  std::vector<Record> records;
  if (fs::exists(record_file)) {
    try {
      records = read_records(record_file, true);
    } catch (const RecordError& error) {
      throw BadRequest("'" + program.file + "' wrote a record that cannot be read: " + error.what());
    }
  }
  for (Record& record : records) {
    if (record.failure && record.failure->replay.empty() && !record.failure->witness.empty())
      record.failure->replay = replay_line(program, record.failure->witness);
  }
  if (!records.empty()) return records;
  const std::vector<std::string> said = last_lines(outcome.errors, 1);
  if (outcome.exited_with(2) && !said.empty())
    throw BadRequest(said.front().starts_with("proberen: ") ? said.front().substr(10) : said.front());
  if (outcome.signal != 0 || outcome.timed_out) return {death(program, outcome)};
  throw BadRequest(not_built(program.file) + ": it left no record");
}

}  // namespace proberen::cli
