/// Setup: StartOptions made ready for a child, which has no memory of its own yet when it sets itself up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "proberen/ipc/start_options.hpp"

namespace proberen::ipc::detail {

/// The step in which the beginning of a child has failed, for its creator; the child has done it in another's memory, or ends with it.
struct SetupFailure {
  enum class Step : std::int32_t { kNone, kDescriptors, kWorkingDirectory, kLimit, kExecute };
  Step step = Step::kNone;
  /// The kernel's.
  std::int32_t error = 0;
  /// RLIMIT_…, for kLimit.
  std::int32_t resource = 0;

  explicit operator bool() const noexcept { return step != Step::kNone; }
};

/// Throws std::invalid_argument, which begins with `what`, where no system call could take the text.
void require_no_null(std::string_view text, const char* what);

class Setup {
 public:
  /// Throws std::invalid_argument.
  explicit Setup(const StartOptions& options);
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  /// Whether a child has nothing to do.
  [[nodiscard]] bool empty() const noexcept;

  /// For execve(2): what the options say, or this process's.
  [[nodiscard]] char** environment() noexcept;

  /// Between fork and exec: the working directory and the limits. Async-signal-safe.
  [[nodiscard]] SetupFailure confine() const noexcept;

  /// In a child that is not to execute anything: all of it. From then on its environment is in this object, which must stay.
  [[nodiscard]] SetupFailure apply() noexcept;

  /// What could not be done, for people.
  [[nodiscard]] std::string problem(const SetupFailure& failure) const;

 private:
  bool has_environment_;
  bool reset_signals_;
  std::string working_directory_;
  std::vector<std::pair<int, rlimit>> limits_;
  std::vector<std::string> variables_;
  /// Of the variables, with a null pointer after the last.
  std::vector<char*> environment_;
};

/// For a child of a fork server: what concerns the child of them, with a relative working directory made absolute, as the server may be
/// elsewhere.
[[nodiscard]] std::string to_bytes(const StartOptions& options);
[[nodiscard]] StartOptions options_from(std::string_view bytes);

}  // namespace proberen::ipc::detail
