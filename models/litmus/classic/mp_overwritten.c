/* MP whose message is written twice: the flag may come with either of the later values, never with the first. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
  store(x, 2, relaxed);
}

THREAD(second) {
  r0 = load(y, R);
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
}
