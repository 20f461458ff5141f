// expect: fail deadlock
// message: barrier
// steps: yes
//
// A barrier for two to which three threads come: one of them is left over, whichever.
#include <pthread.h>

static pthread_barrier_t barrier;

static void *come(void *argument) {
  pthread_barrier_wait(&barrier);
  return argument;
}

int main(void) {
  pthread_t threads[3];
  pthread_barrier_init(&barrier, 0, 2);
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, come, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
