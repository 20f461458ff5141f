/* N threads add to one location: every order of them, n! executions, one outcome. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;

THREAD(body) {
  add(x, 1 << me, U);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
