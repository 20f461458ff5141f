/* A semaphore that wakes only when its count was 0 (llvm-project #46357): of two releases for two sleepers the second one wakes nobody. FIXED: every
 * release wakes. */
#include "../futex.h"
#include "../litmus.h"

static atomic_int tokens;

static void acquire(void) {
  for (;;) {
    int seen = atomic_load(&tokens);
    if (seen == 0) {
      futex_wait(&tokens, 0);
    } else if (atomic_compare_exchange_strong(&tokens, &seen, seen - 1)) {
      return;
    }
  }
}

static void release(void) {
  const int before = atomic_fetch_add(&tokens, 1);
#ifdef FIXED
  (void)before;
  futex_wake(&tokens, 1);
#else
  if (before == 0) futex_wake(&tokens, 1);
#endif
}

THREAD(waiter) { acquire(); }

THREAD(releaser) {
  release();
  release();
}

int main(void) { run(waiter, waiter, releaser); }
