/* W+RWC: RWC whose first write is announced by a flag. */
#include "../litmus.h"

static atomic_int x, y, z;
static int r0, r1, r2;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(y, R);
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
