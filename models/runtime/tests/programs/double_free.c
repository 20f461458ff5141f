// expect: fail double-free
#include <stdlib.h>

char* volatile kept;

int main(void) {
  kept = malloc(10);
  free(kept);
  free(kept);  // HERE
}
