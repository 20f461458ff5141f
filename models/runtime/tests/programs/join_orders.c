// expect: pass complete
// options: model=sc
// outcomes: a=0 b=1: 1, a=1 b=0: 1, a=1 b=1: 1
//
// Store buffering where one of the two sides is two threads: what main reads after the join comes after the thread's write, also in the one
// order of all accesses.
#include <pthread.h>
#include <proberen/explore.h>
#include <stdatomic.h>

static atomic_int x, y;
static int b;

static void *first(void *argument) {
  x = 1;
  return argument;
}

static void *second(void *argument) {
  y = 1;
  b = x;
  return argument;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, 0, first, 0);
  pthread_create(&two, 0, second, 0);
  pthread_join(one, 0);
  const int a = y;
  pthread_join(two, 0);
  proberen_observe("a", a);
  proberen_observe("b", b);
  return 0;
}
