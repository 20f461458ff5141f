/* proberen_assume: executions in which it does not hold are given up, and counted as blocked. */
#include "../litmus.h"

static atomic_int x;
static int r0;

THREAD(writer) {
  store(x, 1, relaxed);
  store(x, 2, relaxed);
}

THREAD(reader) {
  r0 = load(x, relaxed);
  proberen_assume(r0 != 1);
}

int main(void) {
  run(writer, reader);
  observe(r0);
}
