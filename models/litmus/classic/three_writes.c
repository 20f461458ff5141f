/* Three threads write one location: every order of them. */
#include "../litmus.h"

static atomic_int x;

THREAD(first) {
  store(x, 1, W);
}

THREAD(second) {
  store(x, 2, W);
}

THREAD(third) {
  store(x, 3, W);
}

int main(void) {
  run(first, second, third);
  observe_last(x);
}
