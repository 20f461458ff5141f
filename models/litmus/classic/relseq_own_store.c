/* No release sequence since C++20: a later relaxed store of the same thread does not carry the release on. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
  store(y, 2, relaxed);
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
