/* CoWW: writes of one thread keep their order. */
#include "../litmus.h"

static atomic_int x;

THREAD(first) {
  store(x, 1, relaxed);
  store(x, 2, relaxed);
}

THREAD(second) {
  store(x, 3, relaxed);
}

int main(void) {
  run(first, second);
  observe_last(x);
}
