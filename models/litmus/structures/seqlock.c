/* A sequence lock: readers try again when a writer was in between. F orders the writer's first step before its data, G the reader's last step
 * after its data; without them a reader believes a torn copy. */
#include "../litmus.h"

static atomic_int sequence;
static atomic_int low, high;

THREAD(writer) {
  const int before = load(sequence, relaxed);
  store(sequence, before + 1, relaxed);
  fence(F);
  store(low, 1, relaxed);
  store(high, 1, relaxed);
  store(sequence, before + 2, release);
}

THREAD(reader) {
  const int before = load(sequence, acquire);
  if (before % 2 != 0) return;
  const int first = load(low, relaxed);
  const int second = load(high, relaxed);
  fence(G);
  if (load(sequence, relaxed) == before) proberen_assert(first == second);
}

int main(void) { run(writer, reader); }
