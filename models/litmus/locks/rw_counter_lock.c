/* A lock for one writer or many readers in one word: the writer takes -1 of none. R2W: a reader turns into the writer without leaving, and two
 * of them wait for each other. */
#include "../litmus.h"

static atomic_int holders;
static int data, seen;

THREAD(writer) {
  int nobody = 0;
  while (!atomic_compare_exchange_strong_explicit(&holders, &nobody, -1, ORDER(U), memory_order_relaxed)) nobody = 0;
  data = 1;
  store(holders, 0, W);
}

THREAD(reader) {
  for (;;) {
    int now = load(holders, relaxed);
    if (now >= 0 && atomic_compare_exchange_strong_explicit(&holders, &now, now + 1, ORDER(U), memory_order_relaxed)) break;
  }
  seen = data;
  atomic_fetch_sub_explicit(&holders, 1, ORDER(W));
}

int main(void) {
  run(writer, reader);
  observe(seen);
}
