/* pthread_once: it is done once, and before anybody returns. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static pthread_once_t control = PTHREAD_ONCE_INIT;
static int made;
static atomic_int seen;

static void make(void) { made += 1; }

THREAD(body) {
  pthread_once(&control, make);
  add(seen, made, relaxed);
}

int main(void) {
  run_times(N, body);
  observe(made);
  observe_last(seen);
}
