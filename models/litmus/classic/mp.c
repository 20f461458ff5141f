/* MP, message passing: who sees the flag must see the message, if both sides synchronize. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  fence(F);
  store(y, 1, W);
}

THREAD(second) {
  r0 = load(y, R);
  fence(G);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
