/* SB whose writes are exchanges: an update alone is no fence between its location and another. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  swap(x, 1, U);
  r0 = load(y, R);
}

THREAD(second) {
  swap(y, 1, U);
  r1 = load(x, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
