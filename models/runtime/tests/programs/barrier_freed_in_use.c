// A barrier is freed while who waits at it may not have come yet; freed after the wait it is in order.
// expect: fail use-after-free
// message: frees memory that thread 1 uses: neither happens before the other
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static pthread_barrier_t* barriers[2];
static atomic_int done;

static void* wait(void* unused) {
  pthread_barrier_wait(barriers[0]);
  pthread_barrier_wait(barriers[1]);
  atomic_store_explicit(&done, 1, memory_order_relaxed);
  return unused;
}

int main(void) {
  for (int i = 0; i < 2; ++i) {
    barriers[i] = malloc(sizeof(pthread_barrier_t));
    pthread_barrier_init(barriers[i], 0, i == 0 ? 2 : 1);
  }
  pthread_t thread;
  pthread_create(&thread, 0, wait, 0);
  pthread_barrier_wait(barriers[0]);
  free(barriers[0]);
  while (!atomic_load_explicit(&done, memory_order_relaxed)) {
  }
  free(barriers[1]);  // HERE
  pthread_join(thread, 0);
}
