/* A queue's segment is frozen so that nothing more is put into it (after dotnet/runtime #132736): the flag first, and then an offset is added to the tail,
 * which who takes subtracts again. Between the two an item that is there is not seen. FIXED: the tail itself says whether the offset is in it. */
#include "../litmus.h"

enum { kOffset = 8 };
static atomic_int frozen;
static atomic_int head, tail = 1; /* one item is inside */
static int slots[4] = {7};
static int got;

static int try_take(int* value) {
  for (;;) {
    int at = atomic_load(&head);
#ifdef FIXED
    const int end = atomic_load(&tail);
    const int last = end >= kOffset ? end - kOffset : end;
#else
    const int offset = atomic_load(&frozen) ? kOffset : 0;
    const int last = atomic_load(&tail) - offset;
#endif
    if (at >= last) return 0;
    if (!atomic_compare_exchange_strong(&head, &at, at + 1)) continue;
    *value = slots[at];
    return 1;
  }
}

THREAD(freezer) {
  atomic_store(&frozen, 1);
  atomic_fetch_add(&tail, kOffset);
}

THREAD(taker) {
  const int there = try_take(&got);
  proberen_assert(there);
}

int main(void) {
  run(freezer, taker);
  observe(got);
}
