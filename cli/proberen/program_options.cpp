#include "cli/proberen/program_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "cli/proberen/error.hpp"

namespace proberen::cli {
namespace {

constexpr const char* kGroup = "Of a program built with proberen-cc or proberen-c++";
constexpr double kSampledTime = 3;  ///< seconds; an exhaustive search has no limit of its own

const std::vector<std::string> kOfPrograms{"--memory-model", "--search",   "--executions", "--bound", "--depth",
                                           "--data-races",   "--spurious", "--leaks",      "--trace"};
const std::vector<std::string> kOfSubjects{"--build",        "--filter",   "--quick",  "--require-complete",
                                           "--strict-goals", "--scenario", "--witness"};

/// `preemptions=2`; "" when it is understood, else what is wrong with it.
std::string read_bound(const std::string& text, int& preemptions) {
  constexpr std::string_view kName = "preemptions=";
  const char* const end = text.data() + text.size();
  if (text.starts_with(kName)) {
    const auto [stopped, error] = std::from_chars(text.data() + kName.size(), end, preemptions);
    if (error == std::errc() && stopped == end && preemptions >= 0) return "";
  }
  return "must be preemptions=K";
}

void add_checks(CLI::App& verb, ProgramOptions& program) {
  verb.add_option("--memory-model", program.model,
                  "rc11: the memory model of C++20 without load buffering; sc: interleavings (default: rc11)")
      ->check(CLI::IsMember({"rc11", "sc"}))
      ->type_name("MODEL")
      ->group(kGroup);
  verb.add_option("--data-races", program.races, "A data race is a failure, or is explored like relaxed atomic accesses (default: fail)")
      ->check(CLI::IsMember({"fail", "explore"}))
      ->type_name("fail|explore")
      ->group(kGroup);
  verb.add_flag("--leaks", program.leaks, "Memory that is not freed at the end of an execution is a failure")->group(kGroup);
  verb.add_flag("--trace", program.trace, "Print every step of the execution that fails")->group(kGroup);
}

void refuse_any_of(const std::vector<std::string>& names, const CLI::App& verb, const std::string& why) {
  for (const std::string& name : names) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    if (option != nullptr && option->count() > 0) throw BadRequest(name + why);
  }
}

std::optional<std::chrono::milliseconds> time_of(const ProgramOptions& program, double seconds) {
  const bool sampled = program.search != "exhaustive";
  if (seconds == 0 && sampled && program.executions == 0) seconds = kSampledTime;
  if (seconds == 0) return std::nullopt;
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace

void add_program_options(CLI::App& explore, ProgramOptions& program) {
  explore.get_option("subject")->description(
      "A program, by a path with a '/', and its arguments (after `--` where they start with '-'); or "
      "subjects by name (default: all, with the twins that explore must catch)");
  explore.add_option("--search", program.search, "exhaustive, or sampled: random, pct, pos, surw (default: exhaustive)")
      ->check(CLI::IsMember({"exhaustive", "random", "pct", "pos", "surw"}))
      ->type_name("SEARCH")
      ->group(kGroup);
  explore.get_option("--jobs")->description(
      "Processes that share the exhaustive search of a program (default: 1); of subjects, checks that run at the same time (default: the "
      "cores)");
  explore.add_option("--executions", program.executions, "Stop after so many executions")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->group(kGroup);
  explore
      .add_option_function<std::string>(
          "--bound",
          [&program](const std::string& text) {
            const std::string wrong = read_bound(text, program.preemptions);
            if (!wrong.empty()) throw CLI::ValidationError("--bound", wrong);
          },
          "preemptions=K: only executions that have a schedule with at most so many preemptions; of an exhaustive search in one process")
      ->type_name("preemptions=K")
      ->group(kGroup);
  explore.add_option("--depth", program.depth, "The depth of --search pct (default: 3)")
      ->check(CLI::Range(1, 1000))
      ->type_name("D")
      ->group(kGroup);
  explore.add_flag("--spurious", program.spurious, "Weak compare-and-swaps may fail, and condition waits return, for no reason")
      ->group(kGroup);
  add_checks(explore, program);
}

void add_replay(CLI::App& app, Options& options) {
  CLI::App* replay = app.add_subcommand("replay", "One execution of a program again, the one that a witness names");
  replay->add_option("witness", options.program.witness, "The witness, or a file that holds it")->required();
  replay->add_option("program", options.names, "The program that it came from, by a path with a '/', and its arguments")->required();
  replay->add_option("--json", options.json, "Put the record into this file too")->type_name("FILE");
  add_checks(*replay, options.program);
  replay->footer("Example:\n  proberen replay WITNESS ./program --trace");
}

int cut_program_arguments(int argc, char** argv, ProgramOptions& program) {
  constexpr std::string_view kVerbs[] = {"explore", "replay"};
  if (argc < 2 || std::find(std::begin(kVerbs), std::end(kVerbs), argv[1]) == std::end(kVerbs)) return argc;
  char** const end = argv + argc;
  char** const cut = std::find(argv, end, std::string_view("--"));
  if (cut != end) program.arguments.assign(cut + 1, end);
  return static_cast<int>(cut - argv);
}

void complete_program(const CLI::App& verb, double seconds, Options& options) {
  ProgramOptions& program = options.program;
  const bool replay = verb.get_name() == "replay";
  if (verb.get_name() != "explore" && !replay) return;
  const bool named = !options.names.empty() && options.names.front().find('/') != std::string::npos;
  if (!named) {
    if (replay) throw BadRequest("'" + options.names.front() + "' is no program: give its path, with a '/'");
    if (!program.arguments.empty()) throw BadRequest("what is behind -- belongs to a program: give its path, with a '/'");
    return refuse_any_of(kOfPrograms, verb, " belongs to a program: give its path, with a '/'");
  }
  refuse_any_of(kOfSubjects, verb, " belongs to subjects, not to a program");
  program.file = options.names.front();
  program.arguments.insert(program.arguments.begin(), options.names.begin() + 1, options.names.end());
  options.names.clear();
  if (replay) program.search = "replay";
  const CLI::Option* jobs = verb.get_option_no_throw("--jobs");
  if (jobs != nullptr && jobs->count() > 0) program.jobs = options.jobs;
  if (!replay) program.time = time_of(program, seconds);
}

}  // namespace proberen::cli
