/* CoRR: two reads of one location do not go back. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(x, 2, relaxed);
}

THREAD(second) {
  r0 = load(x, relaxed);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
