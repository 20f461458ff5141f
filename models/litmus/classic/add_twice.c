/* N threads add twice each. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;

THREAD(body) {
  add(x, 1, U);
  add(x, 1, U);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
