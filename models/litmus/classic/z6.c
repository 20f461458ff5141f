/* Z6: a chain of a flag seen, a write that comes before another, and a read. */
#include "../litmus.h"

static atomic_int x, y, z;
static int r0, r1;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(y, R);
  fence(G);
  store(z, 1, W);
}

THREAD(third) {
  store(z, 2, W);
  fence(G);
  r1 = load(x, R);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe_last(z);
}
