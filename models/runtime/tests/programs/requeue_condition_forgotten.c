// expect: fail deadlock
// message: futex wait at
// Nobody says in the mutex that there is one who waits for it.
#define MARKS 0
#include "requeue_condition.c"
