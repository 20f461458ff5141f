/* A lock taken by a compare-exchange, which may fail for another thread's sake only. */
#include "../counter.h"

static atomic_int owner;

static void lock(int me) {
  int nobody = 0;
  while (!atomic_compare_exchange_strong_explicit(&owner, &nobody, me + 1, ORDER(U), memory_order_relaxed)) nobody = 0;
}

TRY_LOCK_OUT(lock(me), store(owner, 0, W))
