// Nobody writes what is waited for.
// expect: fail livelock
#include <pthread.h>

static volatile int ready;

static void* wait_until_ready(void* unused) {
  while (!ready) {  // HERE
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, wait_until_ready, 0);
  pthread_join(thread, 0);
}
