/* CoWR: a thread reads its own write, or one that came after it. */
#include "../litmus.h"

static atomic_int x;
static int r0;

THREAD(first) {
  store(x, 1, relaxed);
  r0 = load(x, relaxed);
}

THREAD(second) {
  store(x, 2, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe_last(x);
}
