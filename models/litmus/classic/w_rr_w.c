/* A writer between two readers' views: reads of two locations against writes of the same two. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, W);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(x, R);
  r1 = load(y, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
