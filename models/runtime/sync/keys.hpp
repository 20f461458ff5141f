/// Keys: pthread_key_create and its relatives, anew for every execution. A key that was made outside of every execution, by the constructor
/// of a global object for example, is there from the start of each, with the value that the calling thread has given it; in threads that
/// are created it has none, and its destructor runs where they end.
#pragma once

namespace proberen::runtime {

struct Fiber;

/// What was made outside is kept for the executions that come. From the thread that has the values of their thread 0.
void keys_keep();
void keys_begin_execution(Fiber& main);
/// Calls the destructors of the values that the ending fiber has.
void run_key_destructors(Fiber& fiber);

}  // namespace proberen::runtime
