// The same where races are explored: it reads what calloc() has written.
// expect: pass complete
// options: races=explore
// outcomes: read=0: *, read=1: *
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <proberen/explore.h>

static _Atomic(int*) published;

static void* publish(void* unused) {
  atomic_store_explicit(&published, calloc(4, sizeof(int)), memory_order_relaxed);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, publish, 0);
  const int* const numbers = atomic_load_explicit(&published, memory_order_relaxed);
  const int read = numbers != 0;
  if (read && numbers[3] != 0) return 1;
  pthread_join(thread, 0);
  proberen_observe("read", read);
}
