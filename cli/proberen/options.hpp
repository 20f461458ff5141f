/// The command line of `proberen`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proberen::cli {

/// What is asked of the engine in a program that was built with proberen-cc or proberen-c++.
struct ProgramOptions {
  std::string file;                    ///< "": the request is about subjects
  std::vector<std::string> arguments;  ///< of the program
  std::string model = "rc11";          ///< rc11, sc
  std::string search = "exhaustive";   ///< exhaustive, random, pct, pos, surw; replay
  std::uint64_t executions = 0;        ///< 0: no limit
  std::optional<std::chrono::milliseconds> time;
  unsigned jobs = 1;           ///< processes that share the search
  int preemptions = -1;        ///< -1: no bound
  int depth = 3;               ///< of pct
  std::string races = "fail";  ///< fail, explore
  bool spurious = false;       ///< weak compare-and-swaps and condition waits may fail and return for no reason
  bool leaks = false;          ///< memory that is left at the end of an execution is a failure
  bool trace = false;          ///< print every step
  std::string witness;         ///< of replay: the token, or a file that holds it
};

struct Options {
  std::string verb;                  ///< gate, explore, fuzz, stress, bench, replay, report, list, doctor, ipc
  std::string build;                 ///< the build folder; "": look for it
  std::string output;                ///< where `gate` leaves its files; "": <build>/gate
  std::vector<std::string> names;    ///< subjects by name
  std::vector<std::string> files;    ///< record files of `report`
  std::vector<std::string> filters;  ///< globs over names of subjects
  std::vector<std::string> methods;  ///< those of `gate`; empty: all
  std::uint64_t seed = 0;
  std::chrono::milliseconds time{0};  ///< the budget of one method for one subject
  unsigned jobs = 1;
  bool quick = false;
  bool no_bench = false;
  bool require_complete = false;
  bool strict_goals = false;
  bool as_json = false;  ///< of `list`
  bool remove = false;   ///< of `ipc sweep`
  std::string scenario;
  std::string witness;
  std::string json;  ///< where to put the records too; "": nowhere
  std::string html;
  std::string junit;
  std::string markdown;
  ProgramOptions program;
};

/// The four methods, in the order in which they are run.
[[nodiscard]] const std::vector<std::string>& all_methods();

/// The cores that this process may use.
[[nodiscard]] unsigned usable_cores();

/// Nothing when the command line asked for help or the version, which is then printed. Throws BadRequest.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

}  // namespace proberen::cli
