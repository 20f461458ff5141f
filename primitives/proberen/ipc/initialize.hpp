/// What main() calls first in a program that starts processes.
#pragma once

namespace proberen::ipc {

/// Must come first in main(). In a process that start() made by running this executable again it runs the entry, or the fork server, or the
/// resource tracker, and does not return; in any other it returns at once. It names the resource tracker of this process and its
/// descendants in the environment (tracker.hpp).
void initialize(int argc, char** argv);

}  // namespace proberen::ipc
