// expect: pass complete
// executions: 2
#define ORDER_STORE memory_order_release
#define ORDER_LOAD memory_order_acquire
#include "allocation_race.c"
