// One of three threads may be interrupted between its two steps: 3! orders without that, and 3 * (4! / 2 - 3!) with it.
// options: preemptions=1
// expect: inconclusive
// reason: executions that need more than 1 preemptions were not visited
// executions: 24
#include <pthread.h>
#include <stdatomic.h>

atomic_int x;

static void* twice(void* unused) {
  atomic_fetch_add(&x, 1);
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, twice, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
}
