/* 2+2W: two threads write two locations in opposite order. Both first writes may be last unless sequential consistency forbids it. */
#include "../litmus.h"

static atomic_int x, y;

THREAD(first) {
  store(x, 1, W);
  fence(F);
  store(y, 2, W);
}

THREAD(second) {
  store(y, 1, W);
  fence(G);
  store(x, 2, W);
}

int main(void) {
  run(first, second);
  observe_last(x);
  observe_last(y);
}
