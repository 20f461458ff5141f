/* No release sequence: another thread's store ends it. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
}

THREAD(second) {
  store(y, 2, relaxed);
}

THREAD(third) {
  r0 = load(y, R);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe_last(y);
}
