// expect: fail uninitialized-read
// message: atomic read of 4 bytes 4 bytes into a block of 8 bytes that malloc gave
//
// One thread stores into fresh memory, which the other may look at before.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct pair {
  int first;
  atomic_int second;
};
static struct pair* pair;

static void* reader(void* unused) {
  (void)atomic_load(&pair->second);  // HERE
  return unused;
}

int main(void) {
  pair = malloc(sizeof(*pair));
  pair->first = 1;
  pthread_t thread;
  pthread_create(&thread, 0, reader, 0);
  atomic_store(&pair->second, 1);
  pthread_join(thread, 0);
  free(pair);
  return 0;
}
