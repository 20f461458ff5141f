/// Uncaught exceptions end an execution rather than the process, while a session runs.
#pragma once

namespace proberen::runtime {

void take_over_terminate();
void give_back_terminate();

}  // namespace proberen::runtime
