/* SB in a ring of three threads. */
#include "../litmus.h"

static atomic_int x, y, z;
static int r0, r1, r2;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  r0 = load(y, R);
}

THREAD(second) {
  store(y, 1, W);
  fence(G);
  r1 = load(z, R);
}

THREAD(third) {
  store(z, 1, W);
  fence(G);
  r2 = load(x, R);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe(r2);
}
