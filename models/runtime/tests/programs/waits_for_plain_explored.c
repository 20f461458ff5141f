// The same where races are explored: the wait ends when the variable is written, once.
// expect: pass complete
// options: races=explore
// outcomes: data=0: 1, data=7: 1
#include <proberen/explore.h>
#include <pthread.h>

static volatile int ready, data;

static void* get_ready(void* unused) {
  data = 7;
  ready = 1;
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, get_ready, 0);
  while (!ready) {
  }
  proberen_observe("data", data);
  pthread_join(thread, 0);
}
