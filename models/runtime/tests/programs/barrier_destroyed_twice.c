// A barrier is destroyed twice.
// expect: fail lock-misuse
// message: destruction of what has been destroyed: barrier
#include <pthread.h>

static pthread_barrier_t barrier;

int main(void) {
  pthread_barrier_init(&barrier, 0, 1);
  pthread_barrier_wait(&barrier);
  pthread_barrier_destroy(&barrier);
  pthread_barrier_destroy(&barrier);  // HERE
}
