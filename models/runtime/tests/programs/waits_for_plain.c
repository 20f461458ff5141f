// Who waits for a plain variable is not in the way of who writes it, and the two race. The waiting is seen while it goes on, by a clock.
// expect: fail data-race
// message: write of 4 bytes by thread 1 and read by thread 0
#include <pthread.h>

static volatile int ready;

static void* get_ready(void* unused) {
  ready = 1;  // HERE
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, get_ready, 0);
  while (!ready) {
  }
  pthread_join(thread, 0);
}
