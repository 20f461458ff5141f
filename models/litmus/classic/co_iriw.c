/* Two readers of one location agree on the order of its writes. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1, r2, r3;

THREAD(first) {
  store(x, 1, relaxed);
}

THREAD(second) {
  store(x, 2, relaxed);
}

THREAD(third) {
  r0 = load(x, relaxed);
  r1 = load(x, relaxed);
}

THREAD(fourth) {
  r2 = load(x, relaxed);
  r3 = load(x, relaxed);
}

int main(void) {
  run(first, second, third, fourth);
  observe(r0);
  observe(r1);
  observe(r2);
  observe(r3);
}
