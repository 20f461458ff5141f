// The assignment of a struct is told of before it is made, that it writes before that it reads: what the other thread sees are the values
// that come, and those that were there.
// expect: pass complete
// outcomes: a=0 b=0: *, a=0 b=2: *, a=1 b=0: *, a=1 b=2: *
// options: races=explore
#include <proberen/explore.h>
#include <pthread.h>

struct pair {
  long a, b;
};
static struct pair source = {1, 2}, target;

static void *assign(void *mine) {
  target = source;
  return mine;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, assign, 0);
  const struct pair seen = target;
  pthread_join(thread, 0);
  proberen_observe("a", seen.a);
  proberen_observe("b", seen.b);
  return 0;
}
