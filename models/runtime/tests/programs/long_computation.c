// expect: pass complete
// executions: 1
// options: time_ms=600000
// The runtime looks once a second of processor time whether its own time is over, and finds the program computing, for which clocks stand
// still.
#include <stdatomic.h>

static atomic_uint result;

int main(void) {
  unsigned x = 1;
  for (unsigned i = 0; i < 1500000000U; ++i) x = x * 1664525U + 1013904223U;
  atomic_store(&result, x);
  return 0;
}
