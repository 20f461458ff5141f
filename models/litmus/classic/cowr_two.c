/* CoWR on both sides. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  r0 = load(x, relaxed);
}

THREAD(second) {
  store(x, 2, relaxed);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe_last(x);
}
