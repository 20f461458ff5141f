/* The plainest lock: exchange until it was free. U is the order of taking it, W of giving it back. */
#include "../counter.h"

static atomic_int taken;

static void lock(void) {
  while (swap(taken, 1, U) != 0) {
  }
}

TRY_LOCK_OUT(lock(), store(taken, 0, W))
