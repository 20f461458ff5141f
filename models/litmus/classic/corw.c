/* CoRW: a write comes after what its thread has read before it. */
#include "../litmus.h"

static atomic_int x;
static int r0;

THREAD(first) {
  r0 = load(x, relaxed);
  store(x, 1, relaxed);
}

THREAD(second) {
  store(x, 2, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe_last(x);
}
