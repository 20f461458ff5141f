/* proberen_choose: every value, in every execution. */
#include "../litmus.h"

static atomic_int x;

THREAD(body) { store(x, 1 + (int)proberen_choose(3) + 10 * me, relaxed); }

int main(void) {
  run_times(2, body);
  observe_last(x);
}
