/* Something is done once (after musl 0d0c2f40). Who comes late takes the word from `done` to `running` and puts it back; who comes in between sees
 * `running` and sleeps, and nobody wakes it. FIXED: `done` is never taken away. */
#include "../futex.h"
#include "../litmus.h"

enum { kNew, kRunning, kDone };
static atomic_int control;
static int made;

static int look(void) {
#ifdef FIXED
  int seen = kNew;
  atomic_compare_exchange_strong(&control, &seen, kRunning);
  return seen;
#else
  return atomic_exchange(&control, kRunning);
#endif
}

static void once(void) {
  for (;;) {
    switch (look()) {
      case kNew:
        made += 1;
        atomic_store(&control, kDone);
        futex_wake(&control, 1 << 30);
        return;
      case kRunning:
        futex_wait(&control, kRunning);
        break;
      default:
        atomic_store(&control, kDone);
        return;
    }
  }
}

THREAD(body) { once(); }

int main(void) {
  run_times(3, body);
  observe(made);
}
