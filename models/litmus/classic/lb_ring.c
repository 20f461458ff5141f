/* LB in a ring of three threads. */
#include "../litmus.h"

static atomic_int x, y, z;
static int r0, r1, r2;

THREAD(first) {
  r0 = load(x, R);
  store(y, 1, W);
}

THREAD(second) {
  r1 = load(y, R);
  store(z, 1, W);
}

THREAD(third) {
  r2 = load(z, R);
  store(x, 1, W);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe(r2);
}
