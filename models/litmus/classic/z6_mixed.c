/* Z6 with accesses of all kinds to one location: the orders that are not sequentially consistent leave a hole. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, seq_cst);
  store(y, 1, release);
}

THREAD(second) {
  add(y, 1, seq_cst);
  r0 = load(y, relaxed);
}

THREAD(third) {
  store(y, 3, seq_cst);
  r1 = load(x, seq_cst);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
}
