// A spin lock of one's own: its loop is recognised, and becomes waiting.
// expect: pass complete
// executions: 6
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

static atomic_int locked;
static int counter;

static void* run(void* unused) {
  int expected = 0;
  while (!atomic_compare_exchange_weak(&locked, &expected, 1)) expected = 0;
  ++counter;
  atomic_store(&locked, 0);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, run, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  assert(counter == 3);
}
