#include "primitives/process/setup.hpp"

#include <cerrno>
#include <filesystem>
#include <istream>
#include <ostream>
#include <stdexcept>

#include <signal.h>
#include <unistd.h>

#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {

Environment current_environment() {
  Environment variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

namespace detail {

void require_no_null(std::string_view text, const char* what) {
  if (text.find('\0') != std::string_view::npos) throw std::invalid_argument(std::string(what) + " has a null character in it");
}

namespace {

std::string to_text(const std::string& name, const std::string& value) {
  if (name.empty() || name.find('=') != std::string::npos) {
    throw std::invalid_argument("'" + name + "' is no name of an environment variable");
  }
  std::string text = name + '=' + value;
  require_no_null(text, "an environment variable");
  return text;
}

void reset_all_signals() noexcept {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  // Some numbers are nobody's to set, and are refused.
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// On their way to a fork server's child.
template <class Archive>
void visit(Archive& archive, StartOptions& options) {
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> limits;
  for (const auto& [resource, limit] : options.limits) limits[resource] = {limit.rlim_cur, limit.rlim_max};
  archive(options.environment, options.working_directory, limits, options.reset_signals);
  for (const auto& [resource, limit] : limits) options.limits[resource] = {limit.first, limit.second};
}

}  // namespace

Setup::Setup(const StartOptions& options)
    : has_environment_(options.environment),
      reset_signals_(options.reset_signals),
      working_directory_(options.working_directory),
      limits_(options.limits.begin(), options.limits.end()) {
  require_no_null(working_directory_, "the working directory");
  if (!has_environment_) return;
  for (const auto& [name, value] : *options.environment) variables_.push_back(to_text(name, value));
  for (std::string& variable : variables_) environment_.push_back(variable.data());
  environment_.push_back(nullptr);
}

bool Setup::empty() const noexcept { return !has_environment_ && !reset_signals_ && working_directory_.empty() && limits_.empty(); }

char** Setup::environment() noexcept { return has_environment_ ? environment_.data() : environ; }

SetupFailure Setup::confine() const noexcept {
  using Step = SetupFailure::Step;
  if (!working_directory_.empty() && ::chdir(working_directory_.c_str()) != 0) return {Step::kWorkingDirectory, errno};
  for (const auto& [resource, limit] : limits_) {
    // Beyond its enumerators the type of the C library's parameter has no values.
    if (resource < 0 || resource >= RLIM_NLIMITS) return {Step::kLimit, EINVAL, resource};
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return {Step::kLimit, errno, resource};
  }
  return {};
}

SetupFailure Setup::apply() noexcept {
  if (const SetupFailure failure = confine()) return failure;
  if (reset_signals_) reset_all_signals();
  environ = environment();
  return {};
}

std::string Setup::problem(const SetupFailure& failure) const {
  switch (failure.step) {
    case SetupFailure::Step::kDescriptors:
      return "cannot pass a descriptor to a process";
    case SetupFailure::Step::kWorkingDirectory:
      return "cannot start a process in the working directory '" + working_directory_ + "'";
    case SetupFailure::Step::kLimit:
      return "cannot start a process with that limit of resource " + std::to_string(failure.resource) + " (getrlimit(2))";
    case SetupFailure::Step::kNone:
    case SetupFailure::Step::kExecute:
      break;
  }
  return "cannot run an executable";
}

std::string to_bytes(const StartOptions& options) {
  StartOptions complete = options;
  if (!complete.working_directory.empty()) complete.working_directory = std::filesystem::absolute(complete.working_directory);
  std::string bytes;
  AppendingBuffer buffer(bytes);
  std::ostream stream(&buffer);
  cereal::BinaryOutputArchive archive(stream);
  visit(archive, complete);
  return bytes;
}

StartOptions options_from(std::string_view bytes) {
  StartOptions options;
  ReadingBuffer buffer(bytes);
  std::istream stream(&buffer);
  cereal::BinaryInputArchive archive(stream);
  visit(archive, options);
  return options;
}

}  // namespace detail
}  // namespace proberen::ipc
