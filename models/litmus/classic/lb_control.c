/* LB whose writes depend on what was read: they never happen. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  r0 = load(x, R);
  if (r0 == 1) store(y, 1, W);
}

THREAD(second) {
  r1 = load(y, R);
  if (r1 == 1) store(x, 1, W);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
