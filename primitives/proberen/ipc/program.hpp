/// Program: any executable, started as a child.
///
///   ipc::Program list{.arguments = {"ls", "-l"}};
///   list.descriptors.emplace(STDOUT_FILENO, std::move(writer));
///   ipc::Process process = ipc::start_program(std::move(list), {.working_directory = "/tmp"});
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/process.hpp"
#include "proberen/ipc/start_options.hpp"

namespace proberen::ipc {

struct Program {
  /// What main() gets there: the first is what the program takes for its own name. At least one.
  std::vector<std::string> arguments;
  /// What is executed; "" for the first argument. One without a slash is looked for in the folders of PATH, of the environment that the
  /// program gets; without that variable, in /bin and /usr/bin. A relative path, also one in PATH, begins in its working directory.
  std::string file{};
  /// The descriptors that it has, by their numbers there; here they are closed when start_program() returns. It has no others but standard
  /// input, output and error, which are this process's where they are not among these.
  std::map<int, Descriptor> descriptors{};
};

/// Starts it, with every signal at its default and none blocked. The child shares this process's memory until it executes, so this
/// process's size and threads do not matter, and runs nothing meanwhile that could wait for a lock. The name of the Process is the first
/// argument; it has no error(). Nothing is started, and
///  - std::invalid_argument is thrown, when there is no first argument, a text has a null character in it, or a descriptor is to have a
///    negative number;
///  - std::system_error, when one of the descriptors is closed (bad_file_descriptor) and for all that the kernel refuses: no such file
///    (no_such_file_or_directory), none that may be executed (permission_denied), no executable (executable_format_error; no shell is asked
///    to run it), arguments that are too long (argument_list_too_long), what StartOptions says, and no memory, process or descriptor left.
[[nodiscard]] Process start_program(Program program, const StartOptions& options = {});

}  // namespace proberen::ipc
