#include "cli/proberen/options.hpp"

#include <sched.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>

#include "cli/proberen/error.hpp"
#include "cli/proberen/nearest.hpp"
#include "cli/proberen/program_options.hpp"

namespace proberen::cli {
namespace {

constexpr double kTime = 3;         ///< seconds
constexpr double kGateTime = 1.25;  ///< seconds; a gate asks all methods of all subjects
constexpr double kQuickTime = 1;    ///< seconds

const char* const kExamples =
    "Examples:\n"
    "  proberen gate build                 every subject, every method, one report, one exit status\n"
    "  proberen explore Lock               one method, one subject\n"
    "  proberen explore ./program          every execution of a program built with proberen-cc or proberen-c++\n"
    "  proberen report build/gate          the reports again, from the records\n"
    "Exit status: 0 everything holds; 1 a check failed; 2 the request or the environment is wrong; 3 inconclusive.";

const char* const kGateExamples =
    "Examples:\n"
    "  proberen gate build/release --quick\n"
    "  proberen gate --filter 'Lock*' --method explore --method fuzz --require-complete\n"
    "Leaves records.jsonl, report.html, junit.xml and summary.md in the output folder.";

struct Parsed {
  Options options;
  double seconds = 0;
};

void add_build(CLI::App& app, Options& options, const char* name) {
  app.add_option(name, options.build, "Build folder with proberen-checks (default: ., ./build or build/release)");
}

void add_policy(CLI::App& app, Options& options) {
  app.add_flag("--require-complete", options.require_complete, "An inconclusive check is status 3");
  app.add_flag("--strict-goals", options.strict_goals, "A benchmark goal that is not met is status 1");
}

void add_run(CLI::App& app, Parsed& parsed) {
  Options& options = parsed.options;
  app.add_option("--filter", options.filters, "Subjects whose name matches the glob, with their twins; may be repeated")
      ->allow_extra_args(false)
      ->type_name("GLOB");
  app.add_option("--seed", options.seed, "Seed of everything random (default: drawn, and printed)")->type_name("N");
  app.add_option("--time", parsed.seconds, "Seconds for one method on one subject (default: 3, of a gate 1.25, with --quick 1)")
      ->check(CLI::Range(0.001, 1e6))
      ->type_name("SECONDS");
  app.add_option("--jobs", options.jobs, "Checks that run at the same time (default: the cores)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  app.add_option("--json", options.json, "Put the records into this file too")->type_name("FILE");
  app.add_flag("--quick", options.quick, "Smaller searches, fewer repetitions");
  add_policy(app, options);
}

void add_gate(CLI::App& app, Parsed& parsed) {
  CLI::App* gate = app.add_subcommand("gate", "Check every subject with every method: one report, one exit status");
  add_build(*gate, parsed.options, "build,--build");
  gate->add_option("--output", parsed.options.output, "Folder of the reports (default: BUILD/gate)")->type_name("DIR");
  gate->add_option("--method", parsed.options.methods, "Run this method only; may be repeated")
      ->allow_extra_args(false)
      ->type_name("METHOD");
  gate->add_flag("--no-bench", parsed.options.no_bench, "Leave the benchmarks out");
  add_run(*gate, parsed);
  gate->footer(kGateExamples);
}

void add_method(CLI::App& app, Parsed& parsed, const std::string& name, const std::string& description) {
  CLI::App* method = app.add_subcommand(name, description);
  method->add_option("subject", parsed.options.names, "Subjects by name (default: all, with the twins that this method must catch)");
  add_build(*method, parsed.options, "--build");
  add_run(*method, parsed);
  method->add_option("--scenario", parsed.options.scenario, "Check this scenario of one subject")->type_name("TEXT");
  method->add_option("--witness", parsed.options.witness, "Replay this witness of one subject")->type_name("W");
  method->footer("Examples:\n" + std::string(name == "explore" ? "  proberen explore ./program --memory-model sc\n" : "") + "  proberen " +
                 name + " Lock --time 10\n  proberen " + name + " --filter 'Queue*' --json records.jsonl\n" +
                 "A known-bad twin that is asked for by name is judged like any other subject.");
}

void add_report(CLI::App& app, Options& options) {
  CLI::App* report = app.add_subcommand("report", "Make the reports again from record files");
  report->add_option("file", options.files, "Record files, or output folders of `gate`")->required();
  report->add_option("--html", options.html, "Write HTML")->type_name("FILE");
  report->add_option("--junit", options.junit, "Write JUnit XML")->type_name("FILE");
  report->add_option("--markdown", options.markdown, "Write Markdown")->type_name("FILE");
  add_policy(*report, options);
  report->footer("Example:\n  proberen report build/gate/records.jsonl --html report.html");
}

void add_ipc(CLI::App& app, Options& options) {
  CLI::App* ipc = app.add_subcommand("ipc", "What processes share");
  ipc->require_subcommand(1);
  CLI::App* sweep =
      ipc->add_subcommand("sweep", "List the named semaphores in /dev/shm, and remove those that nobody will remove any more");
  CLI::Option* remove = sweep->add_flag("--remove", options.remove, "Remove what was left by crashes and earlier boots");
  sweep
      ->add_flag_callback(
          "--dry-run", [] {}, "Only list (the default)")
      ->excludes(remove);
  const char* const kIpcExamples =
      "Examples:\n  proberen ipc sweep\n  proberen ipc sweep --remove\n"
      "A name whose owner lives is never removed, nor one that this boot has made to stay (Lifetime::persistent): that is for whoever uses "
      "it.\n"
      "Status 2: something could not be removed.";
  ipc->footer(kIpcExamples);
  sweep->footer(kIpcExamples);
}

void add_verbs(CLI::App& app, Parsed& parsed) {
  add_gate(app, parsed);
  add_method(app, parsed, "explore", "Every execution that the memory model allows, of a program or of a subject's small scenarios");
  add_program_options(*app.get_subcommand("explore"), parsed.options.program);
  add_method(app, parsed, "fuzz", "Random scenarios on real threads against the sequential spec");
  add_method(app, parsed, "stress", "Long runs under sanitizers, on threads and processes");
  add_method(app, parsed, "bench", "Benchmarks beside peers");
  add_replay(app, parsed.options);
  add_report(app, parsed.options);
  CLI::App* list = app.add_subcommand("list", "The subjects, their checks, methods, operations and known-bad twins");
  add_build(*list, parsed.options, "--build");
  list->add_flag("--json", parsed.options.as_json, "One JSON object a line");
  list->footer("Example:\n  proberen list --build build/release");
  CLI::App* doctor = app.add_subcommand("doctor", "Whether this machine and this build can run the checks");
  add_build(*doctor, parsed.options, "--build");
  doctor->footer("Example:\n  proberen doctor --build build/release");
  add_ipc(app, parsed.options);
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What the library says of a word too many, with the nearest known one.
std::string words_too_many(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  // The innermost verb that was understood: `ipc sweep` is two words.
  const CLI::App* innermost = verbs.empty() ? &app : verbs.front();
  while (!innermost->get_subcommands().empty()) innermost = innermost->get_subcommands().front();
  const CLI::App& where = *innermost;
  const std::vector<std::string> words = app.remaining(true);
  const std::string word = words.empty() ? "" : words.front();
  if (word.starts_with("-")) return unknown_name("option", word.substr(0, word.find('=')), option_names(where));
  if (!verbs.empty()) return "'" + word + "' is one word too many for `proberen " + where.get_name() + "`";
  std::vector<std::string> known;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) known.push_back(verb->get_name());
  return unknown_name("verb", word, known);
}

void complete(Parsed& parsed, const CLI::App& verb) {
  Options& options = parsed.options;
  options.verb = verb.get_name();
  const CLI::Option* seed = verb.get_option_no_throw("--seed");
  if (seed != nullptr && seed->count() == 0) options.seed = std::random_device{}();
  const CLI::Option* jobs = verb.get_option_no_throw("--jobs");
  if (jobs != nullptr && jobs->count() == 0) options.jobs = usable_cores();
  complete_program(verb, parsed.seconds, options);
  if (parsed.seconds == 0) parsed.seconds = options.quick ? kQuickTime : options.verb == "gate" ? kGateTime : kTime;
  options.time = std::chrono::milliseconds(std::llround(parsed.seconds * 1000));
  for (const std::string& method : options.methods) {
    if (std::find(all_methods().begin(), all_methods().end(), method) == all_methods().end())
      throw BadRequest(unknown_name("method", method, all_methods()));
  }
}

}  // namespace

const std::vector<std::string>& all_methods() {
  static const std::vector<std::string> kMethods{"explore", "fuzz", "stress", "bench"};
  return kMethods;
}

unsigned usable_cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? static_cast<unsigned>(CPU_COUNT(&set)) : 1U;
}

std::optional<Options> parse_options(int argc, char** argv) {
  CLI::App app("Proberen proves, breaks and measures concurrency primitives.", "proberen");
  app.set_version_flag("--version", "proberen " PROBEREN_VERSION);
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  Parsed parsed;
  add_verbs(app, parsed);
  try {
    app.parse(cut_program_arguments(argc, argv, parsed.options.program), argv);
    if (app.get_subcommands().empty())
      throw BadRequest("say what to do: gate, explore, fuzz, stress, bench, replay, report, list, doctor or ipc (--help)");
    complete(parsed, *app.get_subcommands().front());
    return parsed.options;
  } catch (const CLI::Success& success) {
    app.exit(success);
    return std::nullopt;
  } catch (const CLI::ExtrasError&) {
    throw BadRequest(words_too_many(app));
  } catch (const CLI::ParseError& error) {
    throw BadRequest(error.what());
  }
}

}  // namespace proberen::cli
