/* A thread waits for a flag in a loop without effect: one execution, however often it looks. NEVER: nobody sets it. */
#include "../litmus.h"

static atomic_int flag;
static int message, seen;

THREAD(writer) {
  message = 1;
#ifndef NEVER
  store(flag, 1, W);
#endif
}

THREAD(reader) {
  while (load(flag, R) == 0) {
  }
  seen = message;
}

int main(void) {
  run(writer, reader);
  observe(seen);
}
