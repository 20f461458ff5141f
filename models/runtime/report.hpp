/// Report: what an exploration has found, as a record, and as text for people who have not asked for one.
#pragma once

#include <string>

#include "models/runtime/findings.hpp"
#include "models/runtime/options.hpp"
#include "proberen/record.hpp"

namespace proberen::runtime {

/// `stopped`: by an interrupt. What the failing execution has printed must still be there.
[[nodiscard]] Record make_record(const Findings& findings, const ProgramOptions& options, const std::string& subject, double duration_s,
                                 bool stopped);
[[nodiscard]] std::string summary(const Record& record, const ProgramOptions& options);
/// 0 pass, 1 fail, 3 inconclusive.
[[nodiscard]] int exit_status(const Record& record);

}  // namespace proberen::runtime
