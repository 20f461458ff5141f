/* pthread_rwlock_t: one writer, N - 1 readers that see all of it or nothing. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int low, high;
static int torn;
static atomic_int seen;

THREAD(body) {
  if (me == 0) {
    pthread_rwlock_wrlock(&lock);
    low = 1;
    high = 1;
  } else {
    pthread_rwlock_rdlock(&lock);
    if (low != high) torn = 1;
    add(seen, low, relaxed);
  }
  pthread_rwlock_unlock(&lock);
}

int main(void) {
  run_times(N, body);
  observe(torn);
  observe_last(seen);
}
