/* Thread i goes from i to i + 1: each step works only when those before it did. */
#include "../litmus.h"

#ifndef N
#define N 3
#endif

static atomic_int x;

THREAD(body) {
  int expected = me;
  atomic_compare_exchange_strong_explicit(&x, &expected, me + 1, ORDER(U), memory_order_relaxed);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
