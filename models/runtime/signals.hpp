/// Signals: a crash of explored code is a failure of its execution; an interrupt ends the search, in all of its processes; a thread that
/// runs for long without asking anything of the engine is a runaway loop, unless it waits for a plain variable, for which it is looked
/// first (spin.hpp); and one that waits in the kernel will do so for ever. Where the search ends by its time or an interrupt in the midst
/// of such an execution, where that was is noted.
#pragma once

namespace proberen::runtime {

/// For the thread that explores. What was set before comes back with signals_give_back().
void signals_take_over();
void signals_give_back();
/// In a process that has just been copied: its timers are not. After a search that had to be left in a hurry: it has set them otherwise.
void signals_watch();
/// Whether the search was interrupted.
[[nodiscard]] bool interrupted();

}  // namespace proberen::runtime
