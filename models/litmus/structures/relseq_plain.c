/* The message comes along a release sequence: through an update of another thread, but not through its store (STORE). */
#include "../litmus.h"

static int message;
static atomic_int flag;
static int seen;

THREAD(writer) {
  message = 1;
  store(flag, 1, release);
}

THREAD(middle) {
#ifdef STORE
  if (load(flag, relaxed) == 1) store(flag, 2, relaxed);
#else
  int expected = 1;
  atomic_compare_exchange_strong_explicit(&flag, &expected, 2, memory_order_relaxed, memory_order_relaxed);
#endif
}

THREAD(reader) {
  if (load(flag, acquire) == 2) seen = message;
}

int main(void) {
  run(writer, middle, reader);
  observe(seen);
}
