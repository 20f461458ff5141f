/* A lock for two by turns alone: strict alternation, each thread once. */
#include "../counter.h"

static atomic_int turn;

static void lock(int me) {
  while (load(turn, R) != me) {
  }
}

TRY_LOCK_OUT(lock(me), store(turn, me + 1, W))
