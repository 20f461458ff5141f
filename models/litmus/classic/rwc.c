/* RWC, read to write causality. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1, r2;

THREAD(first) {
  store(x, 1, W);
}

THREAD(second) {
  r0 = load(x, R);
  fence(F);
  r1 = load(y, R);
}

THREAD(third) {
  store(y, 1, W);
  fence(G);
  r2 = load(x, R);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe(r2);
}
