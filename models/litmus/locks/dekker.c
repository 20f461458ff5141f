/* Dekker's entry without waiting: who sees that the other wants to go in stays out. Without the fences both may go in. */
#include "../counter.h"

static atomic_int wants[2];
static int entered[2];

THREAD(body) {
  store(wants[me], 1, W);
  fence(F);
  if (load(wants[1 - me], R) == 0) {
    counter += 1;
    entered[me] = 1;
  }
}

int main(void) {
  run_times(2, body);
  proberen_observe("first", entered[0]);
  proberen_observe("second", entered[1]);
}
