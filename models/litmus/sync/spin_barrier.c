/* A barrier of one counter and one flag. U is the order of arriving, W and R that of the flag. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static atomic_int arrived, open;
static int written[N], sums[N];

THREAD(body) {
  written[me] = 1;
  if (add(arrived, 1, U) == N - 1) {
    store(open, 1, W);
  } else {
    while (load(open, R) == 0) {
    }
  }
  for (int i = 0; i < N; ++i) sums[me] += written[i];
}

int main(void) {
  run_times(N, body);
  int sum = 0;
  for (int i = 0; i < N; ++i) sum += sums[i];
  observe(sum);
}
