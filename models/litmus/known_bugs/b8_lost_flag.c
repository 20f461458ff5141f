/* A lock whose word says that somebody waits (after musl 0db393d3). A thread that was woken and finds the lock taken by a newcomer sleeps again without
 * saying so, and the newcomer wakes nobody. FIXED: it says so each time, and takes the lock with the flag because others may wait too. */
#include "../futex.h"
#include "../litmus.h"

enum { kWaiters = 64 };
static atomic_int word;
static int counter;

static void lock(int me) {
  int waited = 0;
  for (;;) {
    int seen = 0;
#ifdef FIXED
    if (atomic_compare_exchange_strong(&word, &seen, waited ? me | kWaiters : me)) return;
    const int say = 1;
#else
    if (atomic_compare_exchange_strong(&word, &seen, me)) return;
    const int say = !waited;
#endif
    if (say && (seen & kWaiters) == 0) {
      if (!atomic_compare_exchange_strong(&word, &seen, seen | kWaiters)) continue;
      seen |= kWaiters;
    }
    futex_wait(&word, seen);
    waited = 1;
  }
}

static void unlock(void) {
  if ((atomic_exchange(&word, 0) & kWaiters) != 0) futex_wake(&word, 1);
}

THREAD(body) {
  lock(me + 1);
  counter += 1;
  unlock();
}

int main(void) {
  run_times(3, body);
  observe(counter);
}
