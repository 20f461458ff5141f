/* N threads exchange: every order of them; the last one's value stays. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int x;

THREAD(body) {
  swap(x, me + 1, U);
}

int main(void) {
  run_times(N, body);
  observe_last(x);
}
