// Only who has read an old value waits. That it will never read another one is no reason to leave the execution: it shows a race.
// expect: fail data-race
#include <pthread.h>
#include <stdatomic.h>

static atomic_int started, go_on;
static volatile int ready;

static void* get_ready(void* unused) {
  atomic_store(&started, 1);
  while (atomic_load(&go_on) == 0) {
  }
  ready = 1;
  return unused;
}

static void* wait_if_not_started(void* unused) {
  if (atomic_load_explicit(&started, memory_order_relaxed) == 0) {
    while (!ready) {  // HERE
    }
  }
  return unused;
}

static void* let_go_on(void* unused) {
  atomic_store(&go_on, 1);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  pthread_create(&threads[0], 0, get_ready, 0);
  pthread_create(&threads[1], 0, wait_if_not_started, 0);
  pthread_create(&threads[2], 0, let_go_on, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
}
