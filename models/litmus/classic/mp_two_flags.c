/* MP of two messages by two writers to one reader, each with a flag of its own. */
#include "../litmus.h"

static atomic_int x, y, f, g;
static int r0, r1, r2, r3;

THREAD(first) {
  store(x, 1, relaxed);
  store(f, 1, W);
}

THREAD(second) {
  store(y, 1, relaxed);
  store(g, 1, W);
}

THREAD(third) {
  r0 = load(f, R);
  r1 = load(g, R);
  r2 = load(x, relaxed);
  r3 = load(y, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe(r2);
  observe(r3);
}
