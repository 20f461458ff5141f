/* Who finds the pointer frees it. SPLIT: found and taken away in two steps, so that both may. */
#include "../litmus.h"

static _Atomic(int*) shared;

THREAD(body) {
#ifdef SPLIT
  int* const mine = load(shared, acquire);
  store(shared, NULL, release);
#else
  int* const mine = swap(shared, NULL, acq_rel);
#endif
  if (mine != NULL) free(mine);
}

int main(void) {
  store(shared, malloc(sizeof(int)), relaxed);
  run_times(2, body);
}
