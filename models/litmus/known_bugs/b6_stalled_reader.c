/* A reader of a lock for readers and writers waits until the lock's bit `somebody waits` goes, and then goes on with what it knew of the lock before
 * (after glibc BZ 23861): the lock is free, and the reader stalls. FIXED: it looks again. */
#include "../futex.h"
#include "../litmus.h"

enum { kWriter = 1, kWaiting = 2, kReader = 4 };
static atomic_int state;
static int data, seen_data;

static void read_lock(void) {
  int seen = atomic_load(&state);
  for (;;) {
    if ((seen & kWriter) == 0) {
      if (atomic_compare_exchange_strong(&state, &seen, seen + kReader)) return;
      continue;
    }
    if ((seen & kWaiting) == 0) {
      if (!atomic_compare_exchange_strong(&state, &seen, seen | kWaiting)) continue;
      seen |= kWaiting;
    }
    while ((atomic_load(&state) & kWaiting) != 0) futex_wait(&state, seen);
#ifdef FIXED
    seen = atomic_load(&state);
#endif
  }
}

static void read_unlock(void) { atomic_fetch_sub(&state, kReader); }

static void write_unlock(void) {
  if ((atomic_exchange(&state, 0) & kWaiting) != 0) futex_wake(&state, 1 << 30);
}

THREAD(writer) {
  int nobody = 0;
  if (!atomic_compare_exchange_strong(&state, &nobody, kWriter)) return;
  data = 1;
  write_unlock();
}

THREAD(reader) {
  read_lock();
  seen_data = data;
  read_unlock();
}

int main(void) {
  run(writer, reader);
  observe(seen_data);
}
