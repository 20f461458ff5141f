/* SB, store buffering: each thread writes one location and reads the other's. Both read 0 unless sequential consistency forbids it. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  r0 = load(y, R);
}

THREAD(second) {
  store(y, 1, W);
  fence(G);
  r1 = load(x, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
