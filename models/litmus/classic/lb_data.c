/* LB whose writes copy what was read: nothing comes out of thin air. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  r0 = load(x, R);
  store(y, r0, W);
}

THREAD(second) {
  r1 = load(y, R);
  store(x, r1, W);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
