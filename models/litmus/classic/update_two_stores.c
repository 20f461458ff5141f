/* An update between two stores of another thread. */
#include "../litmus.h"

static atomic_int x;
static int r0;

THREAD(first) {
  r0 = add(x, 1, U);
}

THREAD(second) {
  store(x, 10, W);
  store(x, 20, W);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe_last(x);
}
