/* Peterson's lock for two: needs sequential consistency between its writes and its reads. */
#include "../counter.h"

static atomic_int wants[2];
static atomic_int turn;

static void lock(int me) {
  store(wants[me], 1, W);
  store(turn, 1 - me, W);
  fence(F);
  while (load(wants[1 - me], R) == 1 && load(turn, R) == 1 - me) {
  }
}

TRY_LOCK_OUT(lock(me), store(wants[me], 0, W))
