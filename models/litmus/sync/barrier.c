/* pthread_barrier_t: what was written before it is seen behind it. PARTIES: how many it waits for. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif
#ifndef PARTIES
#define PARTIES N
#endif

static pthread_barrier_t barrier;
static int written[N];
static int sums[N];

THREAD(body) {
  written[me] = 1;
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < N; ++i) sums[me] += written[i];
}

int main(void) {
  pthread_barrier_init(&barrier, NULL, PARTIES);
  run_times(N, body);
  int sum = 0;
  for (int i = 0; i < N; ++i) sum += sums[i];
  observe(sum);
}
