/* N threads add by compare-exchange in a loop that reads anew after a failure. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;

THREAD(body) {
  int old = load(x, relaxed);
  while (!atomic_compare_exchange_strong_explicit(&x, &old, old + 1, ORDER(U), memory_order_relaxed)) {
  }
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
