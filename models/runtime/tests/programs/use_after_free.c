// Ordered, but too late.
// expect: fail use-after-free
// message: 4 bytes into a block of 8 bytes that thread 0 has freed
#include <stdlib.h>

int* volatile kept;

int main(void) {
  kept = malloc(2 * sizeof *kept);
  free(kept);
  return kept[1];  // HERE
}
