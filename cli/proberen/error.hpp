/// What ends a run of the command early.
#pragma once

#include <stdexcept>
#include <string>

namespace proberen::cli {

/// The request or the environment is wrong: `what()` is the one line that says what, and what to do. Status 2.
struct BadRequest : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A signal asked the command to end. Status 128 + signal.
struct Interrupted {
  int signal;
  std::string message;  ///< one line: what is kept
};

}  // namespace proberen::cli
