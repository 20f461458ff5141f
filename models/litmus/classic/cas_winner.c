/* N threads compare-exchange from 0: one wins, and the others read its value. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;

THREAD(body) {
  int expected = 0;
  atomic_compare_exchange_strong_explicit(&x, &expected, me + 1, ORDER(U), memory_order_relaxed);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
