/// Options of a program that is explored, from the environment variable PROBEREN_EXPLORE: `key=value` words.
///
///     model=rc11|sc   search=exhaustive|random|pct|pos|surw|replay   seed=N   executions=N   time_ms=N   preemptions=K   depth=D
///     events=N   races=fail|explore   spurious=0|1   leaks=0|1   jobs=N   witness=W   record=FILE   trace=0|1   identity=pointer|contents
///
/// identity= makes no difference but in speed (identities.hpp); without it, what is faster on this machine.
/// preemptions=K and jobs=N are for an exhaustive search, and not both.
///
/// jobs=N is for programs alone. A function that is explored inside a process with a life of its own (explore::run) may leave what it finds
/// there, in a judge's variables, which no other process could bring back.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/runtime/identities.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::runtime {

struct ProgramOptions {
  explore::Options engine;
  std::string record;  ///< the file to which the record goes; "": a summary on standard error
  std::optional<IdentityBy> identity;
  int jobs = 1;  ///< processes that share an exhaustive search
  bool leaks = false;
  bool trace = false;                        ///< with the summary, the steps of a failure
  std::map<std::string, std::string> words;  ///< as they were given, for the record
};

/// Throws std::invalid_argument with one line for the user.
[[nodiscard]] ProgramOptions parse_options(const std::string& text);
/// `exhaustive`, `random` …
[[nodiscard]] const char* name_of(explore::Search search);

}  // namespace proberen::runtime
