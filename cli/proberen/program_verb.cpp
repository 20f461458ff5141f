// explore and replay of a program that was built with proberen-cc or proberen-c++.

#include <iostream>

#include "cli/proberen/error.hpp"
#include "cli/proberen/output.hpp"
#include "cli/proberen/program.hpp"
#include "cli/proberen/signals.hpp"
#include "cli/proberen/verbs.hpp"
#include "cli/proberen/workplace.hpp"
#include "proberen/render.hpp"

namespace proberen::cli {
namespace {

constexpr std::chrono::seconds kTimeToEnd{10};  ///< the engine finishes the execution that it is in, and writes its record

constexpr std::chrono::milliseconds kTwice{100};  ///< timeout(1) sends its signal to the process and to its group: that is one

/// Waits for the end. A first signal is passed on, and a second one kills. Returns the first, or 0.
int wait_for(Child& child, Signals& signals) {
  using Clock = std::chrono::steady_clock;
  int asked = 0;
  Clock::time_point asked_at;
  Child* const only = &child;
  while (!child.ended()) {
    if (!wait_for_children({&only, 1}, signals.descriptor())) continue;
    const int signal = signals.take();
    if (asked == 0) {
      asked = signal;
      asked_at = Clock::now();
      child.ask_to_end(SIGINT, kTimeToEnd);
    } else if (Clock::now() - asked_at > kTwice) {
      child.kill();
    }
  }
  return asked;
}

void print_trace(const std::vector<Record>& records, const Outcome& outcome) {
  for (const Record& record : records) {
    if (record.failure) std::cout << render_steps(*record.failure);
  }
  if (!outcome.output.empty()) std::cout << "output of the program:\n" << outcome.output;
}

}  // namespace

int run_program(const Options& options) {
  const ProgramOptions& program = options.program;
  require_explorable(program.file);
  std::optional<RecordFile> file;
  if (!options.json.empty()) file.emplace(options.json);
  if (program.search != "exhaustive" && program.search != "replay") std::cout << "seed " << options.seed << std::endl;

  const Workplace workplace;
  const std::string record_file = workplace.file(1);
  Signals signals;
  ProgressLine progress;
  progress.show(program.search == "replay" ? "replaying " + program.file + "…" : "exploring " + program.file + "…");
  Child child(command_of(options, record_file));
  const int signal = wait_for(child, signals);
  progress.clear();
  if (signal != 0 && child.outcome().signal == SIGKILL) throw Interrupted{signal, "interrupted; the program left no record"};

  const std::vector<Record> records = records_of(options, child.outcome(), record_file);
  for (const Record& record : records) {
    if (file) file->write(record);
  }
  // A search of a program that was cut short says nothing of what it did not see: there is no gate here that could hold it against a
  // policy.
  if (program.trace) print_trace(records, child.outcome());
  const int status = report(records, judge(records, {true, false, {}}), {});
  if (signal != 0) throw Interrupted{signal, file ? "interrupted; the record so far is in " + file->path() : "interrupted"};
  return status;
}

}  // namespace proberen::cli
