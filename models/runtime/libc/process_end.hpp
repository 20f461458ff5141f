/// How an execution ends: uncaught exceptions end it rather than the process, while a session runs; and with main end the objects that live
/// as long as the program.
#pragma once

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

void take_over_terminate();
void give_back_terminate();

void exit_handlers_begin_execution();
/// On the thread that returns from main or calls exit(), as code of the program.
void run_exit_handlers();
/// A program tells by its exit status that something is wrong: any but 0 is a failure of the running execution. Returns for 0.
void fail_by_status(int status, explore::Site site);

}  // namespace proberen::runtime
