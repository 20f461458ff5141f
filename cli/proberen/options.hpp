/// The command line of `proberen`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proberen::cli {

struct Options {
  std::string verb;                  ///< gate, explore, fuzz, stress, bench, report, list, doctor, ipc
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
};

/// The four methods, in the order in which they are run.
[[nodiscard]] const std::vector<std::string>& all_methods();

/// The cores that this process may use.
[[nodiscard]] unsigned usable_cores();

/// Nothing when the command line asked for help or the version, which is then printed. Throws BadRequest.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

}  // namespace proberen::cli
