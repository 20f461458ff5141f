/* R: whose write to y is last decides whether the write to x is seen, under sequential consistency only. */
#include "../litmus.h"

static atomic_int x, y;
static int r0;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  store(y, 2, W);
  fence(G);
  r0 = load(x, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe_last(y);
}
