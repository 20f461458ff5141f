/* A release fence before an update that another one follows. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  fence(F);
  add(y, 1, relaxed);
}

THREAD(second) {
  add(y, 1, relaxed);
}

THREAD(third) {
  r0 = load(y, relaxed);
  fence(G);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
}
