/// Catalogue: the checks of a build folder, and the subjects in them.
///
/// `<build>/proberen-checks/<name>.json` notes a check and its variants; the check itself says, when asked to `list`, what is in it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/proberen/child.hpp"

namespace proberen::cli {

struct Check {
  std::string name;
  std::map<std::string, std::string> variants;  ///< the program of each: native, relacy, explored, tsan, asan
};

struct Subject {
  std::string name;
  std::string check;
  std::string problem;               ///< what is wrong with its declaration; "" when nothing is
  std::vector<std::string> methods;  ///< that can be run on it
  std::vector<std::string> operations;
  std::size_t benchmarks = 0;
  bool process_shared = false;
  std::string twin_of;  ///< "" for an ordinary subject
  std::string fault;
  std::vector<std::string> caught_by;
};

/// The folder asked for, or the first of `.`, `build` and `build/release` that has checks. Throws BadRequest.
[[nodiscard]] std::filesystem::path find_build(const std::string& asked);

/// The notes of a build folder, sorted by name. Throws BadRequest.
[[nodiscard]] std::vector<Check> read_checks(const std::filesystem::path& build);

/// The command that runs a variant of a check.
[[nodiscard]] Command command_of(const std::string& variant, std::vector<std::string> words);

/// Why the program did not start at all, and what to do; nothing when it did.
[[nodiscard]] std::optional<std::string> start_problem(const std::string& program, const Outcome& outcome);

/// What one variant of a check lists. Throws BadRequest, one line, when it does not start or does not speak the protocol.
[[nodiscard]] std::vector<Subject> list_subjects(const Check& check, const std::string& variant);

class Catalogue {
 public:
  /// Asks every check. Throws BadRequest.
  explicit Catalogue(const std::filesystem::path& build);

  [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }
  [[nodiscard]] const Check& check_of(const Subject& subject) const;
  /// Throws BadRequest that names the nearest known subject.
  [[nodiscard]] const Subject& find(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;

  /// The methods that a variant has for a subject; empty when the variant does not have the subject. Starts the variant once, to ask.
  /// Throws BadRequest when it does not start.
  [[nodiscard]] std::vector<std::string> methods(const Subject& subject, const std::string& variant);

 private:
  using Listed = std::map<std::string, std::vector<std::string>>;  ///< methods by subject

  std::vector<Check> checks_;
  std::vector<Subject> subjects_;
  std::map<std::pair<std::string, std::string>, Listed> listed_;  ///< by check and variant
};

}  // namespace proberen::cli
