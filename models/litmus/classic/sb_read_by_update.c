/* SB whose reads are updates that add nothing. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, W);
  r0 = add(y, 0, U);
}

THREAD(second) {
  store(y, 1, W);
  r1 = add(x, 0, U);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
