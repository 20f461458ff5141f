// A bound that cuts nothing off: the other write comes before both steps, between them, or after them.
// options: preemptions=5
// expect: pass complete
// executions: 3
// outcomes: x=1: 2, x=2: 1
#include <pthread.h>
#include <stdatomic.h>

#include <proberen/explore.h>

atomic_int x;

static void* write_two(void* unused) {
  atomic_store(&x, 2);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, write_two, 0);
  atomic_store(&x, 1);
  const int seen = atomic_load(&x);
  pthread_join(thread, 0);
  proberen_observe("x", seen);
}
