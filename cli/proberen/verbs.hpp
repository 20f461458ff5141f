/// The verbs of the command. Each returns the exit status, and throws BadRequest, Interrupted or RecordError.
#pragma once

#include "cli/proberen/options.hpp"

namespace proberen::cli {

[[nodiscard]] int run_gate(const Options& options);
/// explore, fuzz, stress, bench.
[[nodiscard]] int run_method(const Options& options);
/// explore and replay, of a program instead of a subject.
[[nodiscard]] int run_program(const Options& options);
[[nodiscard]] int run_report(const Options& options);
[[nodiscard]] int run_list(const Options& options);
[[nodiscard]] int run_doctor(const Options& options);
/// Also throws std::system_error.
[[nodiscard]] int run_ipc_sweep(const Options& options);

}  // namespace proberen::cli
