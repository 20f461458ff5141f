/// Kept: what the C library and the kernel keep for the process from one execution to the next, and what becomes of it.
///
/// Some is put back before the next execution, where one has touched it: the environment, the working directory, the mask of new files'
/// permissions, the locales, the state of getopt(). Some that is seldom used ends the exploration, and says so (unsupported.cpp): libraries
/// loaded at run time, standard input, handlers of exit() that get its status, tables of hsearch().
#pragma once

namespace proberen::runtime {

/// Everything that an execution has touched is as it was before the first one.
void kept_put_back();
/// On a thread that is about to begin: its locale is the global one.
void kept_begin_thread();

}  // namespace proberen::runtime
