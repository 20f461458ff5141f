/* The same fault by itself (gcc PR 104928). The value to sleep on is the one that was seen first. FIXED: it is the one that says that there is no token. */
#include "../futex.h"
#include "../litmus.h"

static atomic_int tokens = 1;

static int try_take(void) {
  int seen = atomic_load(&tokens);
  return seen > 0 && atomic_compare_exchange_strong(&tokens, &seen, seen - 1);
}

static void acquire(void) {
  for (;;) {
    const int seen = atomic_load(&tokens);
    if (try_take()) return;
#ifdef FIXED
    (void)seen;
    futex_wait(&tokens, 0);
#else
    futex_wait(&tokens, seen);
#endif
  }
}

static void release(void) {
  if (atomic_fetch_add(&tokens, 1) == 0) futex_wake(&tokens, 1);
}

THREAD(body) {
  acquire();
  release();
}

int main(void) { run_times(2, body); }
