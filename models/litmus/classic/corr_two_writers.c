/* CoRR with writes of two threads: whichever order they have, the reads follow it. */
#include "../litmus.h"

static atomic_int x;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
}

THREAD(second) {
  store(x, 2, relaxed);
}

THREAD(third) {
  r0 = load(x, relaxed);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe_last(x);
}
