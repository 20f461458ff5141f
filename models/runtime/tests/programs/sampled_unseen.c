// expect: pass
// options: search=random executions=1 seed=1
// limit: with a probability of about 100 %: of 1, 1 have
#include <pthread.h>
#include <stdatomic.h>

static atomic_int x, y;

static void *other(void *mine) {
  atomic_store_explicit(&y, 1, memory_order_relaxed);
  (void)atomic_load_explicit(&x, memory_order_relaxed);
  return mine;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, other, 0);
  atomic_store_explicit(&x, 1, memory_order_relaxed);
  (void)atomic_load_explicit(&y, memory_order_relaxed);
  return pthread_join(thread, 0);
}
