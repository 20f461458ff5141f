/* A pointer handed over by exchange. LOSE: by a store, so that what was there may get lost. */
#include "../litmus.h"

static _Atomic(int*) shared;

THREAD(body) {
  int* const made = malloc(sizeof(int));
  *made = me;
#ifdef LOSE
  store(shared, made, release);
#else
  free(swap(shared, made, acq_rel));
#endif
}

int main(void) {
  run_times(2, body);
  free(load(shared, relaxed));
}
