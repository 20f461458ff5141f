/* Two exchanges of two locations in opposite order. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1, r2, r3;

THREAD(first) {
  r0 = swap(x, 1, U);
  r1 = swap(y, 1, U);
}

THREAD(second) {
  r2 = swap(y, 2, U);
  r3 = swap(x, 2, U);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe(r2);
  observe(r3);
}
