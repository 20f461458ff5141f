/* A release sequence: an update by another thread passes the release on. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
}

THREAD(second) {
  add(y, 1, U);
}

THREAD(third) {
  r0 = load(y, R);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
}
