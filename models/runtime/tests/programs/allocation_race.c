// expect: fail data-race
// message: atomic write by thread 2 and allocation by thread 1 race
// The pointer is handed over without order: who has it does not know that its memory is there.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#ifndef ORDER_STORE
#define ORDER_STORE memory_order_relaxed
#define ORDER_LOAD memory_order_relaxed
#endif

static _Atomic(atomic_int *) shared;

static void *allocates(void *mine) {
  atomic_store_explicit(&shared, (atomic_int *)malloc(sizeof(atomic_int)), ORDER_STORE);
  return mine;
}
static void *uses(void *mine) {
  atomic_int *const object = atomic_load_explicit(&shared, ORDER_LOAD);
  if (object != 0) atomic_store_explicit(object, 1, memory_order_relaxed);  // HERE
  return mine;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], 0, allocates, 0);
  pthread_create(&threads[1], 0, uses, 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
  return 0;
}
