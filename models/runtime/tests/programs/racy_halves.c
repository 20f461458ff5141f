// A location that is used whole, and in parts: it is two. Nobody else writes the halves that two threads write, so both writes stay; the
// copy reads each half before the other thread writes the whole, or after.
// expect: pass complete
// options: races=explore
// executions: 4
// outcomes: a=3 b=2 copy=0: 2, a=3 b=2 copy=1: 2
#include <proberen/explore.h>
#include <pthread.h>
#include <string.h>

static struct {
  int a, b;
} shared;

static void *writes_whole(void *mine) {
  const long long one = 1;
  memcpy(&shared, &one, 8);
  return mine;
}
static void *writes_a(void *mine) {
  shared.a = 3;
  return mine;
}
static void *writes_b(void *mine) {
  shared.b = 2;
  return mine;
}

int main(void) {
  pthread_t threads[3];
  pthread_create(&threads[0], 0, writes_whole, 0);
  long long copy;
  memcpy(&copy, &shared, 8);
  pthread_join(threads[0], 0);
  pthread_create(&threads[1], 0, writes_a, 0);
  pthread_create(&threads[2], 0, writes_b, 0);
  for (int i = 1; i < 3; ++i) pthread_join(threads[i], 0);
  proberen_observe("a", shared.a);
  proberen_observe("b", shared.b);
  proberen_observe("copy", copy);
  return 0;
}
