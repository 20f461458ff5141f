#include "proberen/ipc/program.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "primitives/process/children.hpp"
#include "primitives/process/execute.hpp"
#include "primitives/process/launch.hpp"
#include "primitives/process/setup.hpp"

namespace proberen::ipc {
namespace {

/// What the program will find in PATH.
std::string path_of(const StartOptions& options) {
  constexpr const char* kWithout = "/bin:/usr/bin";
  if (!options.environment) {
    const char* const ours = std::getenv("PATH");
    return ours != nullptr ? ours : kWithout;
  }
  const auto place = options.environment->find("PATH");
  return place != options.environment->end() ? place->second : kWithout;
}

/// Where the file may be.
std::vector<std::string> places_of(const std::string& file, const StartOptions& options) {
  if (file.empty() || file.find('/') != std::string::npos) return {file};
  std::vector<std::string> places;
  const std::string path = path_of(options);
  for (std::string_view rest = path;;) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    // An empty one is the working directory.
    places.push_back(folder.empty() ? file : std::string(folder) + '/' + file);
    if (folder.size() == rest.size()) return places;
    rest.remove_prefix(folder.size() + 1);
  }
}

}  // namespace

Process start_program(Program program, const StartOptions& options) {
  detail::reap_detached();
  if (program.arguments.empty()) throw std::invalid_argument("a program has at least one argument, its name");
  detail::Setup setup(options);
  const std::string& file = program.file.empty() ? program.arguments.front() : program.file;
  constexpr const char* kArgument = "an argument of a program";
  detail::require_no_null(file, kArgument);
  for (const std::string& argument : program.arguments) detail::require_no_null(argument, kArgument);
  detail::Execution execution;
  execution.files = places_of(file, options);
  execution.arguments = program.arguments;
  // Closed when this returns: the parameter lives until the caller's whole expression is over, in which it may wait for the end of a pipe.
  const std::map<int, Descriptor> descriptors = std::move(program.descriptors);
  std::vector<int> sources;
  for (const auto& [number, descriptor] : descriptors) {
    if (number < 0) throw std::invalid_argument("a program cannot have a descriptor " + std::to_string(number));
    execution.descriptors.push_back({descriptor.get(), number});
    sources.push_back(descriptor.get());
  }
  detail::require_open(sources);
  const std::vector<Descriptor> lifted = detail::lift_sources(execution.descriptors);
  detail::Launched launched = detail::launch_execution(execution, setup, "cannot run '" + file + "'");
  launched.name = program.arguments.front();
  launched.on_destroy = options.on_destroy;
  return Process(std::move(launched));
}

}  // namespace proberen::ipc
