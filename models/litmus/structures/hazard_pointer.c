/* A reader announces what it is going to use, and looks whether it still is there. F and G: the fences between announcing and looking, and between
 * taking away and looking at what is announced. Without them what is used is freed. */
#include "../litmus.h"

static _Atomic(int*) current;
static _Atomic(int*) hazard;
static int seen;

THREAD(reader) {
  int* const mine = load(current, acquire);
  store(hazard, mine, relaxed);
  fence(F);
  if (mine != NULL && load(current, acquire) == mine) seen = *mine;
  store(hazard, NULL, release);
}

THREAD(writer) {
  int* const old = swap(current, NULL, acq_rel);
  fence(G);
  while (load(hazard, acquire) == old) {
  }
  free(old);
}

int main(void) {
  int* const made = malloc(sizeof(int));
  *made = 7;
  store(current, made, relaxed);
  run(reader, writer);
  observe(seen);
}
