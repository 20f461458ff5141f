// A read that a write of the same variable follows is explored as any other: neither thread, one or the other finds what the other wrote.
// expect: pass complete
// executions: 4
// outcomes: count=1 first=0 second=0: 2, count=2 first=1 second=0: 1, count=2 first=0 second=1: 1
// options: races=explore
#include <proberen/explore.h>
#include <pthread.h>

static long count, first, second;

static void *counts(void *mine) {
  first = count;
  count = first + 1;
  return mine;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, counts, 0);
  second = count;
  count = second + 1;
  pthread_join(thread, 0);
  proberen_observe("first", first);
  proberen_observe("second", second);
  proberen_observe("count", count);
  return 0;
}
