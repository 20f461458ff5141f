/* A slot that holds the newest value: the writer exchanges its buffer for the one in the slot, and so does the reader. */
#include "../litmus.h"

static int buffers[3];
static atomic_int slot = 1;
static int seen;

THREAD(writer) {
  int mine = 0;
  for (int i = 1; i <= 2; ++i) {
    buffers[mine] = i;
    mine = swap(slot, mine, U);
  }
}

THREAD(reader) {
  const int mine = swap(slot, 2, U);
  seen = buffers[mine];
}

int main(void) {
  run(writer, reader);
  observe(seen);
}
