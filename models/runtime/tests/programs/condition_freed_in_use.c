// A condition is freed as soon as its notifier says that it is done, which orders nothing.
// expect: fail use-after-free
// message: frees memory that thread 1 uses: neither happens before the other
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static pthread_cond_t* condition;
static atomic_int done;

static void* notify(void* unused) {
  pthread_cond_signal(condition);
  atomic_store_explicit(&done, 1, memory_order_relaxed);
  return unused;
}

int main(void) {
  condition = malloc(sizeof(*condition));
  pthread_cond_init(condition, 0);
  pthread_t thread;
  pthread_create(&thread, 0, notify, 0);
  while (!atomic_load_explicit(&done, memory_order_relaxed)) {
  }
  free(condition);  // HERE
  pthread_join(thread, 0);
}
