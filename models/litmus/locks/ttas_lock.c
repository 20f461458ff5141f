/* Test, then test and set: waits by reading, which disturbs nobody. */
#include "../counter.h"

static atomic_int taken;

static void lock(void) {
  do {
    while (load(taken, relaxed) != 0) {
    }
  } while (swap(taken, 1, U) != 0);
}

TRY_LOCK_OUT(lock(), store(taken, 0, W))
