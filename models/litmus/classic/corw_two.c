/* CoRW on both sides: neither thread reads what is written after its own write. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1;

THREAD(first) {
  r0 = load(x, relaxed);
  store(x, 1, relaxed);
}

THREAD(second) {
  r1 = load(x, relaxed);
  store(x, 2, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe_last(x);
}
