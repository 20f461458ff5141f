/* S: who sees the flag writes after the first write, if both sides synchronize. */
#include "../litmus.h"

static atomic_int x, y;
static int r0;

THREAD(first) {
  store(x, 2, relaxed);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(y, R);
  fence(G);
  store(x, 1, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe_last(x);
}
