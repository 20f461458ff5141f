/// A program that was built with proberen-cc or proberen-c++: how it is asked, and what its end means.
///
/// It is told in the variable PROBEREN_EXPLORE what to do, as `key=value` words, and appends its record to the file that is named there.
#pragma once

#include <string>
#include <vector>

#include "cli/proberen/child.hpp"
#include "cli/proberen/options.hpp"
#include "proberen/record.hpp"

namespace proberen::cli {

/// Throws BadRequest when the file is no program, or none that knows of the engine.
void require_explorable(const std::string& file);

/// Throws BadRequest when the witness is a file that cannot be read.
[[nodiscard]] Command command_of(const Options& options, const std::string& record_file);

/// The records in `record_file` with what only this side knows filled in, or one that says how the program died without any. Throws
/// BadRequest when it refused, or knows nothing of the engine.
[[nodiscard]] std::vector<Record> records_of(const Options& options, const Outcome& outcome, const std::string& record_file);

}  // namespace proberen::cli
