/* A release sequence through two updates. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 4, W);
}

THREAD(second) {
  add(y, 1, U);
}

THREAD(third) {
  add(y, 2, U);
}

THREAD(fourth) {
  r0 = load(y, R);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second, third, fourth);
  observe(r0);
  observe(r1);
}
