/* A number is drawn, and waited for. R is the order of looking at the number that is served, W of calling the next one. */
#include "../counter.h"

static atomic_int next;
static atomic_int served;

static void lock(void) {
  const int mine = add(next, 1, relaxed);
  while (load(served, R) != mine) {
  }
}

static void unlock(void) { store(served, load(served, relaxed) + 1, W); }

TRY_LOCK_OUT(lock(), unlock())
