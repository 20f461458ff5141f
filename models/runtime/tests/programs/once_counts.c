// expect: pass complete
// executions: 3
//
// Three threads at one pthread_once: an execution for each that may be the one which initializes.
#include <assert.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int made;

static void make(void) { ++made; }

static void *user(void *argument) {
  pthread_once(&once, make);
  assert(made == 1);
  return argument;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, user, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
