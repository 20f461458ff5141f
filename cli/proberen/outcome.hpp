/// From the end of a child to its records: one that dies or hangs costs one record, which says so.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/proberen/plan.hpp"

namespace proberen::cli {

/// A word as a shell takes it.
[[nodiscard]] std::string quoted(const std::string& word);

/// `SIGABRT`, `exit status 3`.
[[nodiscard]] std::string how_it_ended(const Outcome& outcome);

/// How long a task may take before it counts as hung.
[[nodiscard]] std::chrono::milliseconds hang_limit(const Task& task);

/// `Lock fuzz`, `Lock stress (tsan)`.
[[nodiscard]] std::string name_of(const Task& task);

/// The records in `file`, and one more when the child did not end as it should. Throws BadRequest when the child says that the request is
/// wrong, or did not start.
[[nodiscard]] std::vector<Record> records_of(const Task& task, const Options& options, const Outcome& outcome, const std::string& file);

/// The whole records of a child that was killed, and nothing when it has none.
[[nodiscard]] std::vector<Record> records_so_far(const std::string& file);

}  // namespace proberen::cli
