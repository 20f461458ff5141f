/// Keys: pthread_key_create and its relatives, anew for every execution.
#pragma once

namespace proberen::runtime {

struct Fiber;

void keys_begin_execution();
/// Calls the destructors of the values that the ending fiber has.
void run_key_destructors(Fiber& fiber);

}  // namespace proberen::runtime
