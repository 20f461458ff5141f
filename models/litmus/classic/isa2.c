/* ISA2: message passing over two flags. */
#include "../litmus.h"

static atomic_int x, y, z;
static int r0, r1, r2;

THREAD(first) {
  store(x, 1, relaxed);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(y, R);
  fence(G);
  store(z, 1, W);
}

THREAD(third) {
  r1 = load(z, R);
  fence(G);
  r2 = load(x, relaxed);
}

int main(void) {
  run(first, second, third);
  observe(r0);
  observe(r1);
  observe(r2);
}
