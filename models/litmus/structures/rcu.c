/* A pointer is replaced while a reader may use what it pointed to: the old one is freed once no reader is inside. HASTY: at once. */
#include "../litmus.h"

struct data {
  int value;
};

static _Atomic(struct data*) current;
static atomic_int inside;
static int seen;

static struct data* make(int value) {
  struct data* const made = malloc(sizeof(struct data));
  made->value = value;
  return made;
}

THREAD(reader) {
  atomic_store(&inside, 1);
  const struct data* const now = atomic_load(&current);
  seen = now->value;
  atomic_store_explicit(&inside, 0, memory_order_release);
}

THREAD(writer) {
  struct data* const old = atomic_exchange(&current, make(2));
#ifndef HASTY
  while (atomic_load(&inside) != 0) {
  }
#endif
  free(old);
}

int main(void) {
  store(current, make(1), relaxed);
  run(reader, writer);
  observe(seen);
  free(load(current, relaxed));
}
