/* SB with a read of the own write before the other's: forwarding does not order. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1, r2, r3;

THREAD(first) {
  store(x, 1, W);
  r0 = load(x, R);
  r1 = load(y, R);
}

THREAD(second) {
  store(y, 1, W);
  r2 = load(y, R);
  r3 = load(x, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe(r2);
  observe(r3);
}
