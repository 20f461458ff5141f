/* Two updates and a reader that looks twice. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1;

THREAD(first) {
  add(x, 1, U);
}

THREAD(second) {
  add(x, 2, U);
}

THREAD(third) {
  r0 = load(x, R);
  r1 = load(x, R);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
}
