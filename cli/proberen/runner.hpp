/// Runs a plan: one child process for each task, several at a time, and every record put as soon as its child ends.
#pragma once

#include <vector>

#include "cli/proberen/output.hpp"
#include "cli/proberen/plan.hpp"

namespace proberen::cli {

/// Returns all records, which have been written to each of `files` by then. Throws BadRequest when a check says that the request is wrong,
/// Interrupted on SIGINT and SIGTERM; in both cases the children are dead, and what they had finished is in the files.
[[nodiscard]] std::vector<Record> run_plan(const Plan& plan, const Options& options, std::span<RecordFile* const> files);

}  // namespace proberen::cli
