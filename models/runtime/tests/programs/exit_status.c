// A test tells that it has failed by its exit status.
// expect: fail outcome
// message: ends with exit status 3
#include <pthread.h>
#include <stdatomic.h>

static atomic_int count;

static void* add(void* argument) {
  atomic_store(&count, atomic_load(&count) + 1);
  return argument;
}

int main(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], 0, add, 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
  return atomic_load(&count) == 2 ? 0 : 3;
}
