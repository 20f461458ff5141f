/* A ring of two slots between one producer and one consumer. W hands a slot over, R takes it over. */
#include "../litmus.h"

enum { kSlots = 2, kItems = 3 };
static atomic_int written, read_;
static int slots[kSlots];
static int sum;

THREAD(producer) {
  for (int i = 0; i < kItems; ++i) {
    while (i - load(read_, R) == kSlots) {
    }
    slots[i % kSlots] = i + 1;
    store(written, i + 1, W);
  }
}

THREAD(consumer) {
  for (int i = 0; i < kItems; ++i) {
    while (load(written, R) == i) {
    }
    sum = sum * 10 + slots[i % kSlots];
    store(read_, i + 1, W);
  }
}

int main(void) {
  run(producer, consumer);
  observe(sum);
}
