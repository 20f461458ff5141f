/// Signals: a crash of explored code is a failure of its execution; an interrupt ends the search after the running execution; a thread that
/// runs for long without asking anything of the engine is a runaway loop.
#pragma once

namespace proberen::runtime {

/// For the thread that explores. What was set before comes back with signals_give_back().
void signals_take_over();
void signals_give_back();
/// Whether the search was interrupted.
[[nodiscard]] bool interrupted();

}  // namespace proberen::runtime
