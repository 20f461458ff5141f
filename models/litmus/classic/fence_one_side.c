/* SB with a sequentially consistent fence on one side, and sequentially consistent accesses on the other. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  fence(F);
  r0 = load(y, relaxed);
}

THREAD(second) {
  store(y, 1, W);
  r1 = load(x, R);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
