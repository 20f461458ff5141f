/* A ring for many producers and consumers: each slot has a turn that says whose it is. W passes the turn on, R looks at it. */
#include "../litmus.h"

enum { kSlots = 2 };
struct slot {
  atomic_int turn;
  int value;
};

static struct slot slots[kSlots];
static atomic_int head, tail;
static int got[2];

static int put(int value) {
  int at = load(tail, relaxed);
  for (;;) {
    struct slot* const slot = &slots[at % kSlots];
    const int turn = load(slot->turn, R);
    if (turn < at) return 0;
    if (turn > at) {
      at = load(tail, relaxed);
    } else if (atomic_compare_exchange_strong_explicit(&tail, &at, at + 1, memory_order_relaxed, memory_order_relaxed)) {
      slot->value = value;
      store(slot->turn, at + 1, W);
      return 1;
    }
  }
}

static int take(void) {
  int at = load(head, relaxed);
  for (;;) {
    struct slot* const slot = &slots[at % kSlots];
    const int turn = load(slot->turn, R);
    if (turn < at + 1) return 0;
    if (turn > at + 1) {
      at = load(head, relaxed);
    } else if (atomic_compare_exchange_strong_explicit(&head, &at, at + 1, memory_order_relaxed, memory_order_relaxed)) {
      const int value = slot->value;
      store(slot->turn, at + kSlots, W);
      return value;
    }
  }
}

THREAD(producer) { put(me + 1); }
THREAD(consumer) { got[0] = take(); }

int main(void) {
  for (int i = 0; i < kSlots; ++i) store(slots[i].turn, i, relaxed);
  run(producer, producer, consumer);
  proberen_observe("got", got[0]);
}
