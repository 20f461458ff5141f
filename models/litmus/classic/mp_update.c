/* MP whose flag is read by an update. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
}

THREAD(second) {
  r0 = add(y, 1, U);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe_last(y);
}
