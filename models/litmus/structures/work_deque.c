/* The deque of Chase and Lev for two items that were put before: the owner takes from one end, a thief from the other. F and G are the fences between
 * claiming an end and looking at the other one: without them both get the last item. */
#include "../litmus.h"

static atomic_int top, bottom = 1;
static int items[2] = {7, 8};
static atomic_int times_taken[2];

static void got(int index) {
  proberen_assert(items[index] != 0);
  proberen_assert(add(times_taken[index], 1, relaxed) == 0);
}

THREAD(owner) {
  const int end = load(bottom, relaxed) - 1;
  store(bottom, end, relaxed);
  fence(F);
  int begin = load(top, relaxed);
  if (begin > end) {
    store(bottom, begin, relaxed);
    return;
  }
  if (begin == end) {
    const int won = atomic_compare_exchange_strong_explicit(&top, &begin, begin + 1, memory_order_seq_cst, memory_order_relaxed);
    store(bottom, end + 1, relaxed);
    if (!won) return;
  }
  got(end);
}

THREAD(thief) {
  int begin = load(top, acquire);
  fence(G);
  const int end = load(bottom, acquire);
  if (begin >= end) return;
  if (atomic_compare_exchange_strong_explicit(&top, &begin, begin + 1, memory_order_seq_cst, memory_order_relaxed)) got(begin);
}

int main(void) {
  store(bottom, 2, relaxed);
  run(owner, thief, thief);
  const int taken = load(times_taken[0], relaxed) + load(times_taken[1], relaxed);
  observe(taken);
}
