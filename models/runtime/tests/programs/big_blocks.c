// expect: pass complete
//
// Blocks of many megabytes, hardly used: to free them costs what was used of them.
#include <stdatomic.h>
#include <stdlib.h>

int main(void) {
  enum { kSize = 16 << 20 };
  for (int i = 0; i < 20; ++i) {
    char* const block = malloc(kSize);
    block[0] = 1;
    block[kSize - 1] = 2;
    atomic_store((atomic_int*)(block + kSize / 2), 3);
    free(block);
  }
  return 0;
}
