/* N threads test and set one flag: one of them gets it. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;
static atomic_flag taken = ATOMIC_FLAG_INIT;

THREAD(body) {
  if (!atomic_flag_test_and_set_explicit(&taken, ORDER(U))) store(x, me + 1, relaxed);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
