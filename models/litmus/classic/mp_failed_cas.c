/* MP whose flag is read by a compare-exchange: the order on failure is R, on success U. */
#include "../litmus.h"

static atomic_int x, y;
static int r0, r1;

THREAD(first) {
  store(x, 1, relaxed);
  store(y, 1, W);
}

THREAD(second) {
  r0 = 0;
  atomic_compare_exchange_strong_explicit(&y, &r0, 7, ORDER(U), ORDER(R));
  r1 = load(x, relaxed);
}

int main(void) {
  run(first, second);
  observe(r0);
  observe(r1);
  observe_last(y);
}
