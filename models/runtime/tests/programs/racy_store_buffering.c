// expect: pass complete
// options: races=explore
// outcomes: q=0 r=0: 1, q=0 r=1: 1, q=1 r=0: 1, q=1 r=1: 1
//
// Plain variables whose first access is a write: what they held before it can be read all the same.
#include <proberen/explore.h>
#include <pthread.h>

static int x, y, r, q;

static void* first(void* unused) {
  x = 1;
  r = y;
  return unused;
}

static void* second(void* unused) {
  y = 1;
  q = x;
  return unused;
}

int main(void) {
  pthread_t one, other;
  pthread_create(&one, 0, first, 0);
  pthread_create(&other, 0, second, 0);
  pthread_join(one, 0);
  pthread_join(other, 0);
  proberen_observe("r", r);
  proberen_observe("q", q);
  return 0;
}
