/* MP with a message that is not atomic: read when the flag is seen. */
#include "../litmus.h"

static int message;
static atomic_int flag;
static int seen;

THREAD(writer) {
  message = 1;
  fence(F);
  store(flag, 1, W);
}

THREAD(reader) {
  if (load(flag, R) == 0) return;
  fence(G);
  seen = message + 1;
}

int main(void) {
  run(writer, reader);
  observe(seen);
}
