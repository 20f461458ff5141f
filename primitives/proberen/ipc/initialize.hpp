/// What main() calls first in a program that starts processes.
#pragma once

namespace proberen::ipc {

/// Must come first in main(). In a process that start() made by running this executable again it runs the entry, or the fork server, and
/// does not return; in any other it returns at once.
void initialize(int argc, char** argv);

}  // namespace proberen::ipc
