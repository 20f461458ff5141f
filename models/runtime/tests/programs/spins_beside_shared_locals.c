// A thread spins while others write to its local variables: that is no other turn of its loop.
// expect: pass complete
// executions: 12
#include <pthread.h>
#include <stdatomic.h>

static atomic_int done, go;

static void* work(void* result) {
  *(int*)result = 1;
  atomic_fetch_add(&done, 1);
  while (!atomic_load(&go)) {
  }
  return 0;
}

int main(void) {
  int results[3] = {0};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, work, &results[i]);
  while (atomic_load(&done) < 2) {
  }
  atomic_store(&go, 1);
  while (atomic_load(&done) < 3) {
  }
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return results[0] + results[1] + results[2] - 3;
}
