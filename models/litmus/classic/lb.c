/* LB, load buffering: the model forbids that each thread reads what the other writes later. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  r0 = load(x, R);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r1 = load(y, R);
  fence(G);
  store(x, 1, W);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
