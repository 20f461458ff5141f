/* IRIW: two readers see two independent writes in opposite orders unless sequential consistency forbids it. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1, r2, r3;

THREAD(first) {
  store(x, 1, W);
}

THREAD(second) {
  store(y, 1, W);
}

THREAD(third) {
  r0 = load(x, R);
  fence(F);
  r1 = load(y, R);
}

THREAD(fourth) {
  r2 = load(y, R);
  fence(G);
  r3 = load(x, R);
}

int main(void) {
  run(first, second, third, fourth);
  observe(r0);
  observe(r1);
  observe(r2);
  observe(r3);
}
