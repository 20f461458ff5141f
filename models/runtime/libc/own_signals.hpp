/// OwnSignals: the signals that an explored program sends itself, its handlers and its masks.
///
/// None of it reaches the kernel, where handlers and masks are the runtime's. A signal is taken by the thread that sends it, then and
/// there, which is where the kernel delivers what a thread sends to itself. Limits: what is sent to another thread or process, and what the
/// sender blocks, ends the exploration; nothing interrupts a thread elsewhere than where it sends a signal.
#pragma once

#include <string>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

/// Every execution begins with the actions that there are now, and nothing blocked.
void own_signals_keep();
void own_signals_begin_execution();
/// Whether the program has a handler for it.
[[nodiscard]] bool is_handled(int signal);
/// The running thread takes the signal: its handler runs, or the execution fails where the process would end.
void take_signal(int signal, explore::Site site);
/// `SIGTERM`, or `signal 40`.
[[nodiscard]] std::string name_of_signal(int signal);

}  // namespace proberen::runtime
