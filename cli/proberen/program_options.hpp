/// The part of the command line that is about programs: `explore ./program`, `replay WITNESS ./program`.
#pragma once

#include <CLI/App.hpp>

#include "cli/proberen/options.hpp"

namespace proberen::cli {

/// The options that `explore` takes for a program, and no subject takes.
void add_program_options(CLI::App& explore, ProgramOptions& program);
void add_replay(CLI::App& app, Options& options);

/// Takes the words behind `--`, which are arguments of the program, from the command line of explore and replay. Returns how many are left.
[[nodiscard]] int cut_program_arguments(int argc, char** argv, ProgramOptions& program);

/// A first positional word with a `/` in it is a program, and the others are its arguments. Throws BadRequest when an option does not go
/// with what was named. `seconds`: those of --time, 0 when there is none.
void complete_program(const CLI::App& verb, double seconds, Options& options);

}  // namespace proberen::cli
