/* N readers, each of a location that one thread writes: they are independent. */
#include "../litmus.h"

#ifndef N
#define N 3
#endif

static atomic_int x[8];
static int seen[8];

THREAD(body) {
  if (me == N - 1) {
    for (int i = 0; i < N - 1; ++i) store(x[i], 1, W);
  } else {
    seen[me] = load(x[me], R);
  }
}

int main(void) {
  run_times(N, body);
  int sum = 0;
  for (int i = 0; i < N; ++i) sum += seen[i];
  observe(sum);
}
