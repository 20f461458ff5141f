// Five threads, one fetch_add each on one location: 5! executions.
// expect: pass complete
// executions: 120
// blocked: 0
#include <pthread.h>
#include <stdatomic.h>

static atomic_int x;

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  pthread_t threads[5];
  for (int i = 0; i < 5; ++i) pthread_create(&threads[i], 0, add, 0);
  for (int i = 0; i < 5; ++i) pthread_join(threads[i], 0);
  return atomic_load(&x) == 5 ? 0 : 1;
}
