// What calloc() has zeroed is read by a thread that has the pointer but no order.
// expect: fail data-race
// message: read of 4 bytes by thread 2 and write by thread 1
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic(int*) published;
int sink;

static void* publish(void* unused) {
  atomic_store_explicit(&published, calloc(4, sizeof(int)), memory_order_relaxed);
  return unused;
}

static void* look(void* unused) {
  const int* const numbers = atomic_load_explicit(&published, memory_order_relaxed);
  if (numbers) sink = numbers[3];  // HERE
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], 0, publish, 0);
  pthread_create(&threads[1], 0, look, 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
}
