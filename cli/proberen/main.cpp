// The command `proberen`: runs checks as child processes, collects their records, and turns them into reports and one exit status.

#include <exception>
#include <iostream>
#include <string>

#include "cli/proberen/error.hpp"
#include "cli/proberen/options.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

constexpr int kBadRequest = 2;

int run_verb(const Options& options) {
  if (options.verb == "gate") return run_gate(options);
  if (options.verb == "report") return run_report(options);
  if (options.verb == "list") return run_list(options);
  if (options.verb == "doctor") return run_doctor(options);
  if (options.verb == "ipc") return run_ipc_sweep(options);
  if (!options.program.file.empty()) return run_program(options);
  return run_method(options);
}

/// Whatever was thrown, the user sees one line.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

int run(int argc, char** argv) {
  try {
    const std::optional<Options> options = parse_options(argc, argv);
    const int status = options ? run_verb(*options) : 0;
    if (!std::cout.flush()) throw BadRequest("cannot write to standard output");
    return status;
  } catch (const Interrupted& interrupted) {
    std::cerr << "proberen: " << interrupted.message << '\n';
    return 128 + interrupted.signal;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "proberen: " << one_line(error.what()) << '\n';
    return kBadRequest;
  }
}

}  // namespace
}  // namespace proberen::cli

int main(int argc, char** argv) { return proberen::cli::run(argc, argv); }
